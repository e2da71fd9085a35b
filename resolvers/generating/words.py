"""The words that names and addresses are made of. Chinese syllables stand with their pinyin, for mail addresses."""

from __future__ import annotations

from typing import Final, NamedTuple


class Word(NamedTuple):
    """A piece of a name, and how it is written in an address."""

    text: str
    latin: str


class Place(NamedTuple):
    """Where a customer is."""

    country: str
    region: str
    city: str
    short: str


class Industry(NamedTuple):
    """A line of business, and what organisations in it call themselves."""

    name: str
    words: tuple[str, ...]


def _words(text: str) -> tuple[Word, ...]:
    """Words written as `张zhang`, split where the Latin letters begin; a Latin word is its own address."""
    found = []
    for item in text.split():
        latin = item.lstrip("".join(letter for letter in item if not letter.isascii()))
        found.append(Word(item[: len(item) - len(latin)] or item, latin.lower()))
    return tuple(found)


def _places(country: str, text: str) -> tuple[Place, ...]:
    """Places written as `region/city`, with `+` for a space; in China names begin with the city."""
    pairs = (item.replace("+", " ").split("/") for item in text.split())
    return tuple(Place(country, region, city, city.removesuffix("市")) for region, city in pairs)


SURNAMES: Final = {
    "zh": _words(
        "王wang 李li 张zhang 刘liu 陈chen 杨yang 赵zhao 黄huang 周zhou 吴wu 徐xu 孙sun 胡hu 朱zhu 高gao "
        "林lin 何he 郭guo 马ma 罗luo 梁liang 宋song 郑zheng 谢xie 韩han 唐tang 冯feng 于yu 董dong 萧xiao "
        "程cheng 曹cao 袁yuan 邓deng 许xu 傅fu 沈shen 曾zeng 彭peng 吕lv 苏su 卢lu 蒋jiang 蔡cai 贾jia "
        "丁ding 魏wei 薛xue 叶ye 阎yan 余yu 潘pan 杜du 戴dai 夏xia 钟zhong 汪wang 田tian 任ren 姜jiang 范fan "
        "方fang 石shi 姚yao 谭tan 廖liao 邹zou 熊xiong 金jin 陆lu 郝hao 孔kong 白bai 崔cui 康kang 毛mao "
        "邱qiu 秦qin 江jiang 史shi 顾gu 侯hou 邵shao 孟meng 龙long 万wan 段duan 雷lei 钱qian 汤tang 尹yin "
        "黎li 易yi 常chang 武wu 乔qiao 贺he 赖lai 龚gong 文wen 欧阳ouyang 上官shangguan "
    ),
    "en": _words(
        "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Martin Jackson "
        "Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams "
        "Baker Nelson Carter Mitchell Roberts Turner Phillips Campbell Parker Evans Edwards Collins Stewart "
        "Morris Murphy Cook Rogers Morgan Cooper Peterson Bailey Reed Kelly Howard Ward Cox Richardson Wood "
        "Watson Brooks Bennett Gray Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell "
        "Fisher Hamilton Graham Wallace Woods Cole West Schmidt Schneider Fischer Weber Wagner Becker "
        "Hoffmann Koch Richter Klein Wolf Neumann Schwarz Zimmermann Braun Dubois Moreau Laurent Simon "
        "Michel Lefebvre Leroy Roux Fontaine Chevalier Rousseau Garnier Mercier "
    ),
}

GIVEN: Final = {
    "zh": _words(
        "伟wei 芳fang 娜na 敏min 静jing 丽li 强qiang 磊lei 军jun 洋yang 勇yong 艳yan 杰jie 娟juan 涛tao "
        "明ming 超chao 秀xiu 霞xia 平ping 刚gang 桂gui 英ying 华hua 玉yu 兰lan 春chun 梅mei 建jian 国guo "
        "志zhi 文wen 海hai 燕yan 晓xiao 红hong 飞fei 鹏peng 辉hui 斌bin 波bo 宇yu 浩hao 凯kai 健jian 俊jun "
        "帆fan 帅shuai 旭xu 宁ning 龙long 林lin 欣xin 婷ting 雪xue 莹ying 倩qian 佳jia 慧hui 颖ying 琳lin "
        "晨chen 阳yang 博bo 轩xuan 涵han 梓zi 雨yu 思si 嘉jia 怡yi 子zi 皓hao 铭ming 瑞rui 泽ze 诗shi 若ruo "
        "心xin 悦yue 安an 天tian 启qi 新xin 振zhen 永yong "
    ),
    "en": _words(
        "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard "
        "Susan Joseph Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony "
        "Sandra Mark Margaret Donald Ashley Steven Emily Andrew Donna Paul Michelle Joshua Carol Kenneth "
        "Amanda Kevin Melissa Brian Laura George Stephanie Timothy Rebecca Ronald Sharon Edward Cynthia "
        "Jason Kathleen Jeffrey Amy Ryan Angela Jacob Anna Nicholas Helen Eric Brenda Jonathan Emma Stephen "
        "Olivia Larry Nicole Justin Rachel Scott Julia Brandon Benjamin Samuel Heather Gregory Alexander "
        "Diane Patrick Ruth Frank Julie Lukas Sophie Felix Marie Paula Leon "
    ),
}

BRANDS: Final = {
    "zh": _words(
        "华hua 信xin 瑞rui 博bo 宏hong 泰tai 金jin 盛sheng 达da 诚cheng 远yuan 通tong 联lian 创chuang 鼎ding "
        "丰feng 恒heng 鑫xin 源yuan 德de 嘉jia 汇hui 隆long 康kang 正zheng 天tian 海hai 安an 顺shun 兴xing "
        "振zhen 凯kai 腾teng 佳jia 润run 亿yi 众zhong 昌chang 祥xiang 永yong 旺wang 骏jun 锦jin 伟wei 立li "
        "新xin 科ke 智zhi 云yun 星xing 启qi 明ming 双shuang 三san 东dong 南nan 西xi 北bei 江jiang 山shan "
    ),
    "en": _words(
        "Acorn Alder Alpine Amber Anchor Apex Arrow Ashford Atlas Aurora Avalon Beacon Birch Blue Bridge "
        "Bright Canyon Cedar Central Clear Coast Cobalt Copper Crest Crown Delta Dover Eagle East Echo Elm "
        "Ember Falcon Field First Forge Fox Frontier Glen Golden Granite Green Harbor Haven Hawk Hazel Heron "
        "High Iron Ivy Juniper Keystone Lake Lark Laurel Liberty Linden Lion Lunar Maple Marble Meridian "
        "Metro Mill Moon Noble North Nova Oak Ocean Onyx Orchard Orion Osprey Pacific Peak Pine Pioneer "
        "Polar Prime Quartz Raven Red Ridge River Rock Royal Sable Sage Scarlet Sierra Silver Sky Solar "
        "South Sparrow Spring Star Sterling Stone Summit Sun Swift Terra Thorn Timber Tower Trident Union "
        "Valley Vector Vertex Vista West White Willow Wind Winter Wolf Zenith Zephyr "
    ),
}

PLACES: Final = {
    "zh": _places(
        "CN",
        "上海/上海市 北京/北京市 广东/广州市 广东/深圳市 浙江/杭州市 江苏/南京市 江苏/苏州市 四川/成都市 "
        "湖北/武汉市 陕西/西安市 天津/天津市 重庆/重庆市 山东/青岛市 山东/济南市 福建/厦门市 福建/福州市 "
        "湖南/长沙市 河南/郑州市 辽宁/大连市 辽宁/沈阳市 浙江/宁波市 江苏/无锡市 安徽/合肥市 广东/佛山市 "
        "广东/东莞市 云南/昆明市 江西/南昌市 黑龙江/哈尔滨市 吉林/长春市 广西/南宁市 ",
    ),
    "en": (
        *_places("US", "New+York/New+York California/Los+Angeles Illinois/Chicago Texas/Houston Washington/Seattle"),
        *_places("US", "Massachusetts/Boston Georgia/Atlanta Colorado/Denver Arizona/Phoenix Florida/Miami"),
        *_places("GB", "England/London England/Manchester Scotland/Edinburgh Wales/Cardiff England/Leeds"),
        *_places("DE", "Berlin/Berlin Bayern/München Hamburg/Hamburg Hessen/Frankfurt"),
        *_places("FR", "Île-de-France/Paris Auvergne-Rhône-Alpes/Lyon Occitanie/Toulouse"),
        *_places("AU", "New+South+Wales/Sydney Victoria/Melbourne"),
        *_places("JP", "Tokyo/Tokyo Osaka/Osaka"),
    ),
}

CURRENCIES: Final = {"CN": "CNY", "US": "USD", "GB": "GBP", "DE": "EUR", "FR": "EUR", "AU": "AUD", "JP": "JPY"}
"""What customers of each country pay in."""

DIALLING: Final = {"CN": "86", "US": "1", "GB": "44", "DE": "49", "FR": "33", "AU": "61", "JP": "81"}

STREETS: Final = {
    "zh": (
        *("人民路", "中山路", "解放路", "建设路", "和平路", "文化路", "新华路"),
        *("长江路", "黄河路", "科技路", "光明路", "友谊路", "东风路", "创业路"),
    ),
    "en": (
        *("High Street", "Station Road", "Main Street", "Church Lane", "Park Avenue", "Mill Road", "King Street"),
        *("Queens Road", "Victoria Street", "Maple Drive", "Oak Avenue", "Harbour Road", "Market Square"),
    ),
}

INDUSTRIES: Final = {
    "zh": (
        Industry("信息技术", ("科技", "信息", "软件", "网络", "数据")),
        Industry("制造", ("机械", "电子", "精工", "电气", "设备")),
        Industry("批发零售", ("贸易", "商贸", "百货")),
        Industry("物流运输", ("物流", "货运", "供应链")),
        Industry("建筑", ("建设", "工程", "建材")),
        Industry("医药健康", ("医药", "健康", "生物")),
        Industry("教育", ("教育", "培训")),
        Industry("食品餐饮", ("食品", "餐饮", "粮油")),
        Industry("能源化工", ("能源", "化工", "环保")),
        Industry("金融服务", ("投资", "咨询", "融资租赁")),
    ),
    "en": (
        Industry("Information technology", ("Software", "Systems", "Data", "Networks", "Technologies")),
        Industry("Manufacturing", ("Industries", "Electronics", "Instruments", "Tools", "Works")),
        Industry("Wholesale and retail", ("Trading", "Supplies", "Stores")),
        Industry("Logistics", ("Logistics", "Freight", "Shipping")),
        Industry("Construction", ("Builders", "Construction", "Materials")),
        Industry("Health", ("Medical", "Pharma", "Care")),
        Industry("Education", ("Learning", "Academy")),
        Industry("Food", ("Foods", "Bakery", "Farms")),
        Industry("Energy and chemicals", ("Energy", "Chemicals", "Power")),
        Industry("Financial services", ("Capital", "Consulting", "Leasing")),
    ),
}

ENDINGS: Final = {
    "zh": ("", "", "", "", "有限公司", "有限公司", "股份有限公司", "集团"),
    "en": ("Ltd", "Ltd", "Inc", "Inc", "LLC", "Group", "GmbH", "Partners"),
}
"""How the names of organisations end; many Chinese ones go by their short name."""
