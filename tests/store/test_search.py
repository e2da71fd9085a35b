"""Search: what people type finds the names and codes that they mean."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.search import MAX_TEXT, MAX_TOKEN, MAX_WORDS, query_tokens, tokens

NAMES = st.text(
    st.one_of(
        st.sampled_from("张伟王芳李娜吕单曾欧阳重庆长安有限公司绿"),
        st.sampled_from("abcXYZÄéßœłİıﬁＡ１ -_.'@%/"),
        st.characters(),
    ),
    max_size=40,
)


def finds(typed: str, *texts: str) -> bool:
    """Whether a row with these texts is found, as the store would find it."""
    held = tokens(*texts)
    return all(any(token.startswith(word) for token in held) for word in query_tokens(typed))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        (
            "张伟",
            ["张伟", "张", "伟", "zhangwei", "ZhangWei", "zhang", "zhangw", "wei", "zw", "z", "zhang wei", "wei zhang"],
        ),
        ("吕布", ["lvbu", "lubu", "lübu", "lb"]),
        ("曾国藩", ["zengguofan", "zgf", "guofan", "gf"]),
        ("单雄信", ["shanxiongxin", "danxiongxin"]),
        ("尉迟恭", ["yuchigong", "gong"]),
        ("重庆长安汽车有限公司", ["chongqing", "长安", "changan", "汽车", "qiche", "cqca", "caqc"]),
        ("北京华为", ["hw", "huawei", "华为"]),
        ("ABC贸易(上海)有限公司", ["abc", "贸易", "上海", "shanghai", "ABC贸易(上海)有限公司", "abc 上海"]),
        ("O'Brien, Zoë", ["o'brien", "brien", "zoe", "ZOË", "Zoë", "O'Brien, Zoë", "zoe o'bri"]),
        ("Straße Łódź Ærø", ["strasse", "lodz", "aero", "łódź"]),
        ("İstanbul", ["istanbul", "ISTANBUL"]),
        ("ＡＢＣ１２", ["abc12"]),
        ("C-00012", ["c-00012", "C-000", "00012", "c"]),
        ("INC0000045", ["inc0000045", "inc"]),
        ("a.b@example.com", ["a.b@example.com", "example", "com"]),
        ("Ольга Йод", ["ольга", "йод"]),
        ("𠮷野家", ["𠮷野家", "野家", "yejia"]),
        ("", ["", "  ", "-", "%"]),
    ],
)
def test_a_name_is_found_by(name, typed):
    assert {text: finds(text, name) for text in typed} == dict.fromkeys(typed, True)


@pytest.mark.parametrize(
    ("name", "typed"), [("张伟", "张三"), ("张伟", "weizhang"), ("Anna", "nna"), ("йод", "иод"), ("C-00012", "0012")]
)
def test_a_name_is_not_found_by(name, typed):
    assert not finds(typed, name)


def test_the_words_of_a_query_are_each_kept_once_and_in_order():
    assert query_tokens("Zoë  张伟 zoe (vip)") == ("zoe", "张伟", "vip")


@given(NAMES)
@example("ͅ")
@example("ᾳ̈ǰ")
@example("A\u0301\u0328")
@example("İ")
@example("x\ud800y\x00z")
def test_every_text_finds_itself(text):
    assert finds(text, text)


@given(NAMES, NAMES)
def test_a_row_is_found_by_each_of_its_texts(name, code):
    assert finds(name, name, code)
    assert finds(code, name, code)
    assert tokens(name, code) == tokens(name) | tokens(code)


@given(NAMES)
def test_the_beginning_of_each_word_finds_the_text(text):
    assert all(finds(word[: len(word) // 2 + 1], text) for word in query_tokens(text))


@given(st.text(max_size=2_000))
def test_tokens_are_bounded_folded_and_may_be_stored(text):
    for token in (*tokens(text), *query_tokens(text)):
        assert 0 < len(token) <= MAX_TOKEN
        assert "\x00" not in token
        assert query_tokens(token) in {(token,), ()} or " " not in token
        token.encode()
    assert len(query_tokens(text)) <= MAX_WORDS


def test_a_long_name_is_cut_not_refused():
    assert finds("a" * 1_000, "a" * 1_000)
    assert finds("张" * 1_000, "张" * 1_000)
    assert len(tokens("张" * 100_000)) < 5 * MAX_TEXT
