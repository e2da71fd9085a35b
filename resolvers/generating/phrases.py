"""What journal entries, tickets and entries of the ledger say, in Chinese and in English."""

from __future__ import annotations

from typing import Final

from store.interaction import InteractionKind as Kind
from store.ledger import LedgerKind
from store.ticket import TicketKind

SUBJECTS: Final[dict[str, dict[Kind, tuple[str, ...]]]] = {
    "zh": {
        Kind.CONSULTATION: ("咨询产品价格", "咨询交货时间", "询问保修政策", "咨询安装条件", "查询发票"),
        Kind.COMPLAINT: ("投诉交货延迟", "投诉服务态度", "投诉产品质量", "对账单有异议"),
        Kind.FAULT_REPORT: ("设备无法启动", "系统登录失败", "运行时有异响", "屏幕不显示"),
        Kind.SUGGESTION: ("建议增加付款方式", "建议延长服务时间", "希望提供培训"),
        Kind.ORDER: ("追加订货", "修改订单数量", "确认订单", "取消部分订单"),
        Kind.CALLBACK: ("维修后回访", "投诉处理回访", "安装后回访"),
        Kind.RETURN_VISIT: ("季度定期回访", "月度回访", "年度满意度回访"),
        Kind.VISIT: ("上门拜访", "重点客户走访", "新品介绍拜访"),
        Kind.RECEPTION: ("来访接待", "参观工厂接待"),
        Kind.ACTIVITY: ("邀请参加客户联谊会", "产品说明会"),
        Kind.SURVEY: ("满意度调查", "需求调查"),
        Kind.CARE: ("生日问候", "节日问候", "服务到期提醒"),
        Kind.SALES_CALL: ("新产品推介", "续约洽谈", "报价跟进"),
        Kind.OTHER: ("更新联系方式", "其他事项"),
    },
    "en": {
        Kind.CONSULTATION: (
            "Question about prices",
            "When will it be delivered",
            "Terms of the warranty",
            "Invoice copy",
        ),
        Kind.COMPLAINT: ("Delivery too late", "Unfriendly service", "Quality of the product", "Statement disputed"),
        Kind.FAULT_REPORT: (
            "Device does not start",
            "Cannot sign in",
            "Strange noise while running",
            "Display stays dark",
        ),
        Kind.SUGGESTION: ("More ways to pay", "Longer service hours", "Training wanted"),
        Kind.ORDER: ("Additional order", "Quantity changed", "Order confirmed", "Part of an order cancelled"),
        Kind.CALLBACK: ("Callback after a repair", "Callback after a complaint", "Callback after installation"),
        Kind.RETURN_VISIT: ("Quarterly return visit", "Monthly return visit", "Yearly review"),
        Kind.VISIT: ("Visit on site", "Key account visit", "Visit with new products"),
        Kind.RECEPTION: ("Visitors received", "Tour of the works"),
        Kind.ACTIVITY: ("Invitation to a customer event", "Product presentation"),
        Kind.SURVEY: ("Survey of satisfaction", "Survey of needs"),
        Kind.CARE: ("Birthday greetings", "Season's greetings", "Reminder of a renewal"),
        Kind.SALES_CALL: ("New product offered", "Talk about a renewal", "Quotation followed up"),
        Kind.OTHER: ("Contact details changed", "Other matters"),
    },
}

RESOLUTIONS: Final = {
    "zh": ("已当场答复", "已转相关部门处理", "已安排工程师", "已致歉并补偿", "已登记备案", "客户表示满意"),
    "en": (
        "Answered at once",
        "Passed to the department",
        "Engineer sent",
        "Apologised and compensated",
        "Noted",
        "Settled",
    ),
}

SUMMARIES: Final = {
    "zh": ("客户情况正常，下月再联系。", "需要跟进报价。", "客户对本次服务基本满意。", "提醒财务核对账目。"),
    "en": (
        "All is well; call again next month.",
        "Follow up on the quotation.",
        "Content with the service.",
        "Check the account.",
    ),
}

DESCRIPTIONS: Final = {
    "zh": (
        "客户来电说明情况，已核对档案和合同，并告知处理时限。",
        "客户要求书面答复，附件已存档。",
        "现场查看后确认问题，照片已上传。",
    ),
    "en": (
        "The customer described the matter; file and contract were checked, and the time of settlement was given.",
        "An answer in writing is wanted; the papers are filed.",
        "Confirmed on site; pictures are attached.",
    ),
}

CASES: Final[dict[str, dict[TicketKind, tuple[str, ...]]]] = {
    "zh": {
        TicketKind.CONSULTATION: ("如何使用新功能", "合同条款说明", "开票信息咨询"),
        TicketKind.COMPLAINT: ("交货延迟一周", "工程师未按时到场", "收费与报价不符", "产品有划痕"),
        TicketKind.FAULT: ("系统无法登录", "设备频繁报警", "数据同步失败"),
        TicketKind.REPAIR: ("电机更换", "屏幕维修", "电路板维修"),
        TicketKind.INSTALLATION: ("新设备安装", "设备移机", "系统部署"),
        TicketKind.SUGGESTION: ("增加自助查询", "改进包装"),
        TicketKind.CLAIM: ("运输损坏索赔", "短少索赔"),
    },
    "en": {
        TicketKind.CONSULTATION: ("How to use the new feature", "Terms of the contract", "Data on the invoice"),
        TicketKind.COMPLAINT: (
            "Delivered a week late",
            "Engineer missed the date",
            "Charged more than offered",
            "Scratches",
        ),
        TicketKind.FAULT: ("Nobody can sign in", "Alarm again and again", "Data is not synchronised"),
        TicketKind.REPAIR: ("Motor to be replaced", "Display to be repaired", "Circuit board to be repaired"),
        TicketKind.INSTALLATION: ("New device to be installed", "Device to be moved", "System to be set up"),
        TicketKind.SUGGESTION: ("Self-service for orders", "Better packaging"),
        TicketKind.CLAIM: ("Damaged in transport", "Goods missing"),
    },
}

OUTCOMES: Final = {
    "zh": ("远程解决", "现场解决", "更换部件", "解释说明", "退款"),
    "en": ("Solved remotely", "Solved on site", "Part replaced", "Explained", "Refunded"),
}
CAUSES: Final = {
    "zh": ("部件老化", "操作不当", "运输问题", "排产冲突", "配置错误"),
    "en": ("Worn part", "Wrong operation", "Transport", "Conflict in the schedule", "Wrong configuration"),
}
PREVENTIONS: Final = {
    "zh": ("增加定期检查", "修订操作手册", "更换承运商", "交付前复核"),
    "en": ("Regular inspection", "Manual revised", "Another carrier", "Checked before delivery"),
}

DEALINGS: Final[dict[str, dict[LedgerKind, str]]] = {
    "zh": {
        LedgerKind.INVOICE: "销售发票",
        LedgerKind.PAYMENT: "银行转账",
        LedgerKind.RETURN: "退货",
        LedgerKind.SAMPLE: "样品",
        LedgerKind.MARKET_SUPPORT: "市场支持",
        LedgerKind.ADJUSTMENT: "账务调整",
    },
    "en": {
        LedgerKind.INVOICE: "Invoice",
        LedgerKind.PAYMENT: "Bank transfer",
        LedgerKind.RETURN: "Goods returned",
        LedgerKind.SAMPLE: "Samples",
        LedgerKind.MARKET_SUPPORT: "Market support",
        LedgerKind.ADJUSTMENT: "Adjustment",
    },
}

NEEDS: Final = {
    "zh": ("需要更快的交货", "希望集中采购", "关注售后服务", "计划扩建产线", "需要年度维保"),
    "en": ("Faster delivery", "Central purchasing", "After-sales service", "New production line", "Yearly maintenance"),
}
NOTES: Final = {
    "zh": ("付款流程较长，请提前开票。", "决策人为总经理。", "偏好邮件联系。"),
    "en": ("Slow payment process: invoice early.", "The managing director decides.", "Prefers e-mail."),
}
TAGS: Final = {
    "zh": ("重点跟进", "长期合作", "价格敏感", "出口", "新客户", "展会", "需培训", "维保合同", "战略客户"),
    "en": (
        "follow-up",
        "long-standing",
        "price-sensitive",
        "export",
        "new",
        "fair",
        "training",
        "maintenance",
        "strategic",
    ),
}
REASONS: Final = {
    "zh": ("首次评级", "年度复评", "交易额变化", "潜力变化"),
    "en": ("First grading", "Yearly review", "Change of turnover", "Change of potential"),
}
"""Why a grade was given; the first stands for the first grade of all."""
