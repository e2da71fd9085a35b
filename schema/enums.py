"""Enums as clients see them: the store's enums, each value with its title in English and Chinese."""

from __future__ import annotations

from graph.port import LinkKind
from resolvers.access import Role, Scope
from resolvers.decisions.simulation_told import RuleSimulationCounted
from resolvers.placement import PlacementRole
from rules.workbench.told import RuleChangeKind, RuleFindingKind, RuleFindingSeverity, RuleText, RuleVerdict
from schema.exposing import expose
from store.assignment import AssignmentRole
from store.clearance import Clearance
from store.credit import CreditRating
from store.credit_change import CreditAction, CreditApprover, CreditChangeStatus
from store.customer import CustomerKind, CustomerSize, CustomerStatus
from store.decision import DecisionOccasion
from store.duty import DutyKind, DutyStatus
from store.escalation import EscalationTarget
from store.grade import Grade
from store.handover import HandoverItemKind, HandoverItemRole, HandoverItemState, HandoverReason, HandoverStatus
from store.interaction import Channel, Direction, HandlingState, InteractionKind
from store.ledger import LedgerKind
from store.relation import RelationDirection, RelationKind
from store.rule_simulation import RuleSimulationState
from store.rule_version import PublicationKind, RuleVersionStatus
from store.staff import MembershipRole, StaffStatus
from store.ticket import ServiceCalendar, Severity, TicketEventKind, TicketKind, TicketStatus

expose(
    Grade,
    "How important a customer is. 客户等级",
    "very important | VIP客户\nkey | 重要客户\nnormal | 一般客户\npotential | 潜在客户",
)
expose(
    CustomerKind,
    "What a customer is. 客户类型",
    "person | 个人\norganisation | 组织\nunnamed buyers, kept together | 散客",
)
expose(
    CustomerStatus,
    "Where a customer stands with us. 客户状态",
    "prospect | 潜在\nactive | 活跃\nquiet | 沉寂\nlost | 流失",
)
expose(
    CustomerSize,
    "How large an organisation is, by its staff. 规模",
    "under 10 | 微型\nunder 50 | 小型\nunder 250 | 中型\nunder 1,000 | 大型\n1,000 and more | 特大型",
)
expose(StaffStatus, "Whether a person works here. 在职状态", "working | 在职\non leave | 休假\nleft | 离职")
expose(
    MembershipRole,
    "What a person is in a department. 部门职务",
    "head | 负责人\nacting head | 代理负责人\ndeputy | 副职\nmember | 成员",
)
expose(PlacementRole, "What people can be placed as in a department. 调动职务", "deputy | 副职\nmember | 成员")
expose(AssignmentRole, "What a person of the staff is to a customer. 服务角色", "owner | 负责人\nbackup | 后备")
expose(
    RelationKind,
    "What one customer is to another. 客户关系",
    "belongs to the group of | 隶属于\nwas referred by | 由其推荐",
)
expose(
    RelationDirection,
    "From which end a relation is seen. 方向",
    "this customer to the other | 正向\nthe other to this one | 反向",
)
expose(
    LinkKind,
    "What one party of the network is to another. 关联类型",
    "department below another | 下级部门\nperson with a place in a department | 任职于\n"
    "customer that another one referred to us | 由其推荐\nperson who serves a customer | 服务\n"
    "customer in another one's group | 隶属于",
)
expose(
    Channel,
    "How a contact was made. 渠道",
    "telephone | 电话\nonline chat | 在线客服\ne-mail | 邮件\ntext message | 短信\nletter | 信函\nfax | 传真\n"
    "social media | 社交媒体\nweb form | 网站\non site | 现场\nreferral | 转介",
)
expose(Direction, "Who started a contact. 呼叫方向", "the customer | 呼入\nwe | 呼出")
expose(
    InteractionKind,
    "The event class of a journal entry. 事件类别",
    "consultation | 咨询\ncomplaint | 投诉\nfault report | 报修\nsuggestion | 建议\norder | 订单\ncallback | 回访\n"
    "regular return visit | 定期回访\nvisit | 拜访\nreception | 接待\nactivity | 活动\nsurvey | 调查\ncare | 关怀\n"
    "sales call | 营销\nother | 其他",
)
expose(
    HandlingState,
    "How far the handling of a journal entry is. 处理状态",
    "open | 未处理\nin progress | 处理中\npassed on | 已转交\ndone | 已完成",
)
expose(
    LedgerKind,
    "What an entry of the ledger records. 往来账类别",
    "invoice | 发票\npayment | 付款\n"
    "return or exchange | 退换货\nsample | 样品\nmarket support | 市场支持\nadjustment | 调整",
)
expose(
    CreditRating,
    "How surely a customer pays. 信用等级",
    "best | 最优\nvery good | 优\ngood | 良\nfair | 中\nweak | 差\nbad | 劣",
)
expose(
    TicketKind,
    "What a case is about. 工单类别",
    "consultation | 咨询\ncomplaint | 投诉\nfault | 故障\nrepair order | 维修单\ninstallation order | 安装派工单\n"
    "suggestion | 建议\nclaim | 索赔",
)
expose(
    ServiceCalendar,
    "In which hours the targets of a ticket are counted. 计时日历",
    "the hours of the working calendar | 工作时间\nevery hour of every day | 全天候",
)
expose(
    Severity,
    "How bad a case is for the customer. 严重程度",
    "critical | 特别严重\nhigh | 严重\nmoderate | 一般\nlow | 轻微",
)
expose(
    TicketStatus,
    "Where a case is in its life. 工单状态",
    "new | 新建\nacknowledged | 已受理\nin progress | 处理中\nwaiting for the customer | 待客户\n"
    "waiting for parts | 待配件\n"
    "waiting for a supplier | 待供应商\nwaiting for a known problem | 待问题解决\nsolution offered | 已提供方案\n"
    "resolved | 已解决\nclosed | 已关闭\ncancelled | 已取消",
)
expose(
    TicketEventKind,
    "What happened to a case. 工单事件",
    "registered | 登记\nacknowledged | 受理\nstate changed | 状态变更\nassigned | 指派\ntransferred | 转派\n"
    "severity changed | 调整严重程度\nreplied | 答复\nsolution offered | 提供方案\nsolution accepted | 接受方案\n"
    "solution refused | 拒绝方案\ndepartment signed off | 部门会签\ncause recorded | 记录原因\n"
    "prevention recorded | 预防措施\n"
    "approved | 批准\ntechnician assigned | 指派技术员\npart replaced | 更换配件\nescalated | 上报\n"
    "followed up | 跟踪回访\nupdated | 更新\n"
    "resolved | 解决\nreopened | 重开\nclosed | 关闭\ncancelled | 取消",
)
expose(
    DutyKind,
    "What is owed to a customer. 应办事项类别",
    "callback after a repair | 维修回访\nregular return visit | 定期回访\ncare | 客户关怀\n"
    "check of a sample of repairs | 抽查\ncheck of the archive | 档案核实\nreview of the credit | 信用复审\n"
    "telling the customer of a change of credit | 告知信用变更\nchecking open orders again | 复核未交订单",
)
expose(
    DutyStatus,
    "How a duty stands. 应办状态",
    "still owed | 待办\ndone, with evidence | 已完成\nnot asked for any more by the rules | 不再要求",
)
expose(
    EscalationTarget,
    "As what somebody is told of a ticket. 上报对象",
    "who works on it | 处理人\nwho is in charge of the customer | 客户负责人\nhead of a department | 部门负责人",
)
expose(
    CreditAction,
    "What is to be done about a customer's credit. 信用处理",
    "lower it | 降级\nwatch the customer | 观察\nraise it | 提级",
)
expose(
    CreditChangeStatus,
    "How a change of credit stands. 信用变更状态",
    "waits for an answer | 待批准\nwatched; nothing changes | 观察中\napproved, and holds | 已批准\nrejected | 已驳回\n"
    "not proposed any more by the rules | 已失效",
)
expose(
    CreditApprover,
    "Who answers a change of credit. 信用批准人",
    "a manager | 经理\na manager of all customers | 总经理",
)
expose(
    HandoverReason,
    "Why someone hands over. 交接原因",
    "leaves | 离职\nmoves to other work | 调岗\nis away for a while | 休假\nwork is shared out anew | 重新分配",
)
expose(
    HandoverStatus,
    "Where a handover is in its life. 交接状态",
    "proposed | 待确认\naccepted, its day is still to come | 已接受\ndeclined | 已拒绝\ntaken back | 已撤销\n"
    "done | 已完成",
)
expose(
    HandoverItemKind,
    "What kind of thing is handed over. 交接事项类别",
    "customer | 客户\nopen ticket | 未结工单\ncontact | 联系人",
)
expose(
    HandoverItemRole,
    "What the person was to the thing. 交接前身份",
    "owner | 负责人\nbackup | 后备\nassignee | 处理人\nfirst responder | 首问负责人\n"
    "who speaks with the contact | 对接人",
)
expose(
    HandoverItemState,
    "What became of a thing. 交接事项状态",
    "listed | 已列入\nhanded over | 已交接\nwas not the person's any more | 已不属本人",
)
expose(
    RuleVersionStatus,
    "How far a version of a rule set is. 规则版本状态",
    "waits for approval | 待审批\nrejected | 已驳回\ntaken back | 已撤回\napproved, not in force yet | 已批准\n"
    "is or was in force | 已发布",
)
expose(
    RuleSimulationCounted, "What a simulation looks at. 试算范围", "customers | 客户\ntickets | 工单\ndecisions | 决策"
)
expose(
    RuleSimulationState,
    "How a simulation stands. 试算状态",
    "waits for its turn | 排队中\nruns | 运行中\ndone, with a result | 已完成\n"
    "failed | 已失败\nstopped by somebody | 已取消",
)
expose(
    PublicationKind,
    "Why a version came into force. 生效方式",
    "ships with the product | 随产品提供\npublished | 发布\nwent back to it | 回退",
)
expose(
    Role,
    "What a subject is to the service. 岗位",
    "manager | 经理\nsupervisor | 主管\nagent | 客服专员\nanalyst | 业务分析员\npartner | 合作伙伴\nauditor | 审计员",
)
expose(
    Scope,
    "Whose rows a subject sees. 数据范围",
    "own customers | 本人客户\nown departments | 本部门\nown departments and all below | 本部门及下级\n"
    "partner's customers | 合作伙伴客户\nall | 全部",
)
expose(
    Clearance,
    "Which columns a subject reads. 密级",
    "public | 公开\ninternal | 内部\nconfidential | 秘密\nsecret | 机密",
)
expose(
    DecisionOccasion,
    "What made the rules decide. 决策缘由",
    "somebody asked | 有人发起\na month had passed | 定期\nsomething happened | 事件触发",
)
expose(
    RuleText,
    "Which of the texts that were given. 规则文本",
    "`text` | 规则\n`cases` | 用例\n`before` | 原规则\n`facts` | 依据",
)
expose(
    RuleFindingKind,
    "What is wrong in a rule set. 检查结果类型",
    "facts that no row takes | 遗漏\nrows that match together and may not | 重叠\n"
    "only the order decides between rows of equal priority | 优先级相同\n"
    "a row that never decides, because others do before it | 被遮盖\na cell that admits no value | 无法到达\n"
    "a row that says only what others say | 重复\nan input that does nothing | 未用输入\n"
    "a value that no row gives | 未用取值\na value that goes to and fro though nothing changes | 反复变动\n"
    "a search that was given up | 未完成",
)
expose(
    RuleFindingSeverity,
    "How bad a finding is. 严重程度",
    "facts get no answer, or a row has none of its own | 错误\nit looks wrong | 警告",
)
expose(
    RuleChangeKind,
    "What was done. 变更类型",
    "added | 新增\nremoved | 删除\nchanged | 修改\nmoved | 移动\nrenamed | 改名",
)
expose(
    RuleVerdict,
    "What is known of the answers of two texts. 比较结论",
    "proved: they answer the same | 相同\nthey differ | 不同\nno difference was found, and not all was searched | 未定",
)
