"""What names a person or opens an account, taken out of texts that are kept, as SQL."""

ADDRESS = r"[A-Za-z0-9._%+-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
PHONE = r"\+\d[\d ()./-]{6,}\d"
_TOKENS = r'(access_token(?:=|"\s*:\s*"))[^"&\\]*|EAA[A-Za-z0-9]{20,}'
_SIGNS = ("@", "%40", "+", "access_token", "EAA")
# of a cell of an order; texts of more letters are notes or whole documents
_LONGEST_CELL = 200


def without_personal(text: str) -> str:
    """Write SQL for a text without e-mail addresses, phone numbers with + and access tokens."""
    # regular expressions are for the few texts that may hold any
    may_hold = " or ".join(f"contains({text}, '{sign}')" for sign in _SIGNS)
    without_people = f"regexp_replace({text}, '{ADDRESS}|{PHONE}', '(removed)', 'g')"
    return f"""if(
        {may_hold}, regexp_replace({without_people}, '{_TOKENS}', '\\1(removed)', 'g'), {text})"""


def has_address(text: str) -> str:
    """Write SQL that is true for a text with an e-mail address in it, also as in a link."""
    return f"(contains({text}, '@') or contains({text}, '%40'))"


def order_cell(cell: str) -> str:
    """Write SQL for a cell of an order, unless it is none.

    Where a table's cells stand under the wrong headers an address or a whole document may come
    under the name of a status.
    """
    is_none = f"""{has_address(cell)} or length({cell}) > {_LONGEST_CELL}
        or starts_with(ltrim({cell}), '{{') or starts_with(ltrim({cell}), '[')"""
    return f"if({is_none}, '(removed)', {cell})"
