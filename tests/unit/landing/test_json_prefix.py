import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_jobs.landing.json_prefix import parse_prefix

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
).filter(lambda value: isinstance(value, dict | list))


@given(DOCUMENTS, st.booleans())
def test_a_whole_document_is_read_as_it_is(document, is_indented):
    text = json.dumps(document, indent=2 if is_indented else None)
    assert parse_prefix(text) == (document, False)
    assert parse_prefix(f"{text}\n{text}") == (document, True)


@given(DOCUMENTS, st.data())
def test_cut_anywhere_it_holds_the_beginning(document, data):
    text = json.dumps(document, ensure_ascii=False)
    cut = data.draw(st.integers(1, len(text)))
    value, _ = parse_prefix(text[:cut])
    assert _is_beginning(value, document)


def _is_beginning(part, whole):
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(_is_beginning, part, whole))
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and _is_beginning(part[key], whole[key]) for key in part)
    return part == whole


@pytest.mark.parametrize("text", ["", "hello", "<html>", "]", "[}", '{"a": 1, b}', "12"])
def test_what_is_no_document_raises(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_prefix(text)
