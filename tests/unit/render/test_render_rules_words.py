"""Absolute terms: what is found, what is not, and a corpus of ordinary sentences in which nothing may be found."""

import re
from importlib.resources import files

import pytest

from massctl.render.rules.words import WordLists, absolute_terms, banned_words, read_lists

DATA = (files("massctl.render") / "absolute_terms.toml").read_text(encoding="utf-8")
LISTS = read_lists(DATA)


def found(text: str, lists: WordLists = LISTS) -> list[str]:
    return [text[hit.start : hit.end] for hit in absolute_terms(text, lists)]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("国家级的品质，值得信赖", ["国家级"]),
        ("本店采用最高级面料", ["最高级"]),
        ("送礼的最佳选择", ["最佳"]),
        ("行业最佳品质", ["行业最佳"]),
        ("跟着我买，稳赚不赔，零风险高收益。", ["稳赚不赔", "零风险高收益"]),
        ("纯植物配方，无毒副作用", ["无毒副作用"]),
        ("茶中极品", ["极品"]),
        ("中国保温杯第一品牌", ["第一品牌"]),
        ("人民大会堂特供白酒", ["人民大会堂特供"]),
        ("荣膺中国驰名商标", ["中国驰名商标"]),
        ("全网最低价，仅此一天", ["全网最低价"]),
        ("销量全国第一的空气炸锅", ["销量全国第一"]),
        ("连续三年销量稳居行业第一", ["销量稳居行业第一"]),
        ("全国最大的茶叶平台", ["全国最大的茶叶平台"]),
        ("当之无愧的销量冠军！", ["销量冠军"]),
        ("护肤 NO.1，口碑之选", ["NO.1"]),
        ("类目 TOP1", ["TOP1"]),
        ("最佳价值之选", ["最佳"]),
        ("完全有效，无效退款", ["完全有效"]),
        ("采用顶级工艺打造", ["顶级工艺"]),
        ("国际领先品质", ["国际领先品质"]),
        ("无与伦比的享受", ["无与伦比的享受"]),
        ("100%有效，无效退款", ["100%有效"]),
        ("三天彻底根治", ["彻底根治"]),
        ("最受欢迎的品牌", ["最受欢迎的品牌"]),
        ("独家秘方，祖传三代", ["独家秘方"]),
        ("最佳品质。最佳口感。", ["最佳", "最佳"]),
    ],
)
def test_praise_of_what_is_sold_is_found(text: str, terms: list[str]) -> None:
    assert terms == found(text)


ORDINARY = """
第一次来的朋友，请从南门进。
最近天气转凉，记得加衣服。
最后一班车是晚上九点半。
第一季度共办了十二场活动。
河北雄安新区是国家级新区。
这里是国家级自然保护区，请勿采摘。
他是国家级非物质文化遗产代表性传承人。
省级、国家级课题各立项三个。
桂花的最佳观赏期在十月中旬。
这款绿茶最佳饮用温度是八十度。
她拿下了最佳女主角。
影片获得金鸡奖最佳导演提名。
公司被评为年度最佳雇主。
昨天他跑出了个人最佳成绩。
安全第一，请走人行步道。
顾客第一是我们一直的想法。
第一个到达终点的是小李。
第一步，把米洗净；第二步，加水。
我们第一时间通知大家。
第一名奖励一本笔记本。
中国第一历史档案馆对外开放。
这是我第一份工作。
他唯一的爱好是钓鱼。
唯一的出口在地铁站东侧。
首先感谢各位志愿者。
首都图书馆周一闭馆。
首次参加的同学需要登记。
这条路最窄的地方只有一米。
今年最冷的一天是腊月二十三。
最好提前十分钟到。
最大的问题是停车。
最小的孩子才四岁。
最新一期的节目单在文末。
最多可以带两位家人。
最少需要三个人报名。
世界最高峰是珠穆朗玛峰。
长江是亚洲最长的河流。
青海湖是中国最大的咸水湖。
昨天最低气温零下五度，为今年最低。
历史最低水位出现在一九五四年。
招标采用最低价中标法。
股票的最高价和最低价相差两元。
顶楼的花园周末开放。
山顶风大，注意保暖。
绝对不要在河里游泳。
极光要在北方才看得到。
极少数人会过敏，请留意。
品牌馆在二楼，名牌请挂在胸前。
商标注册需要六到九个月。
什么是驰名商标？法院怎么认定驰名商标？
法律禁止在广告里使用驰名商标字样。
形容词的最高级怎么变？
双方举行了最高级会谈。
极品飞车是一款老游戏。
票价一百元，百分之百退票须提前两天。
药物不能完全治好，请遵医嘱。
领先的选手还有三公里。
万能的朋友圈，谁有多余的票？
王牌对王牌是一档节目。
冠军来自河南。
我们努力提供最优质的服务。
这不是最便宜的酒店，但离车站近。
什么是最好的教育？
小组第一晋级。
全国第一批试点城市共三十个。
行业第一次大会在上海召开。
NO. 12 号摊位在入口左边。
第 10 页共 100 页。
史无前例的大雪封了山。
这样的风景绝无仅有，值得一看。
独一无二的你。
独家记忆是一部电视剧。
特供药品？没有这回事。
领导讲话之后是茶歇。
三级以上的风就改期。
二年级和三年级在操场集合。
本次展览持续到月底，最迟周日看完。
他的最佳搭档是一条狗。
这是行业最佳实践。
用连接池才能实现最佳性能。
五条最佳安全实践。
最佳情况下每次平分数组。
先求最佳价值函数，再取最佳动作。
它的最佳应用场景是语言学习。
可以生成完全有效的代码文件。
我们力争 No.1。
我的最佳建议是先睡一觉。
这是最佳的示例。
没有“最佳”答案。
社区给了我们最佳的技术支持。
世上没有稳赚不赔的生意。
警惕“零风险高收益”的骗局。
这个函数无副作用。
最佳路线见下图。
寻找学习与生活的最佳平衡。
"""


@pytest.mark.parametrize("sentence", ORDINARY.split("\n")[1:-1])
def test_an_ordinary_sentence_says_nothing(sentence: str) -> None:
    assert [] == found(sentence)


def test_every_hit_names_its_source() -> None:
    assert ["《广告法》第九条第（三）项", "工商广字〔1997〕第 207 号"] == [
        hit.source for hit in absolute_terms("最佳之选，极品。", LISTS)
    ]


def test_what_the_house_allows_is_ordinary() -> None:
    lists = read_lists(DATA, allowed=["最佳西方酒店"])
    assert ["最佳"] == found("住在最佳西方酒店，最佳之选", lists)


def test_every_group_has_a_source_and_every_term_a_sign() -> None:
    """A term without a sign would never be found: its clause is not looked at."""
    signs = re.compile("|".join(map(re.escape, LISTS.signs)))
    terms = [term for group in LISTS.groups for term in group.terms]
    assert ([], True) == (
        [term for term in terms if not signs.search(term)],
        all(group.source for group in LISTS.groups),
    )


def test_of_two_terms_that_overlap_the_longer_one_is_told() -> None:
    assert ["全网最低价"] == found("全网最低价")
    assert ["最高级", "国家级"] == found("最高级，国家级")


def test_no_term_holds_a_group_that_would_take_its_source_away() -> None:
    parts = [each for group in LISTS.groups for each in (*group.terms, *group.ordinary)]
    assert [] == [each for each in parts if re.compile(each).groups]


@pytest.mark.parametrize("sentence", ["最" * 20_000, "国家级" + "一" * 20_000, "全网" * 5_000, "获" * 20_000 + "最佳"])
def test_a_hostile_text_takes_no_time(sentence: str) -> None:
    """Each pattern is bounded, so that a text takes the time of its length; pytest's own limit would stop it."""
    assert len(found(sentence)) <= 1


def test_banned_words_are_found_whatever_their_case() -> None:
    lists = WordLists(banned=("Foo", "全网"), allowed=("全网通",))
    text = "foo 全网通 全网 FOO"
    assert ["foo", "全网", "FOO"] == [text[hit.start : hit.end] for hit in banned_words(text, lists)]


def test_an_empty_list_bans_nothing() -> None:
    assert ([], []) == (list(banned_words("全网", WordLists())), list(absolute_terms("最佳", WordLists())))
