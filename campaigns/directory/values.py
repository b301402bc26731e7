"""Single values as directories write them, made into the form that is kept.

Each function returns the value and a note in words; an empty value with a note was not
usable. A spreadsheet has often been there before: it drops leading zeros and turns long
numbers into powers of ten.
"""

import re
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum import issn as issn_numbers

from campaigns.models import Identifier, Institution
from campaigns.models.institution import US_STATES

POWER_OF_TEN = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d+$")
_ZIP_FROM_ZERO = frozenset({"CT", "MA", "ME", "NH", "NJ", "RI", "VT", "PR", "VI"})
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_STATE_NAMES = {
    name: code
    for code, name in (
        line.split(" ", 1)
        for line in """AL alabama
AK alaska
AZ arizona
AR arkansas
CA california
CO colorado
CT connecticut
DE delaware
DC district of columbia
FL florida
GA georgia
HI hawaii
ID idaho
IL illinois
IN indiana
IA iowa
KS kansas
KY kentucky
LA louisiana
ME maine
MD maryland
MA massachusetts
MI michigan
MN minnesota
MS mississippi
MO missouri
MT montana
NE nebraska
NV nevada
NH new hampshire
NJ new jersey
NM new mexico
NY new york
NC north carolina
ND north dakota
OH ohio
OK oklahoma
OR oregon
PA pennsylvania
RI rhode island
SC south carolina
SD south dakota
TN tennessee
TX texas
UT utah
VT vermont
VA virginia
WA washington
WV west virginia
WI wisconsin
WY wyoming
PR puerto rico
GU guam
VI virgin islands
AS american samoa
MP northern mariana islands""".splitlines()
    )
}
_COUNTRIES = {
    "us": "US",
    "usa": "US",
    "u s": "US",
    "u s a": "US",
    "united states": "US",
    "united states of america": "US",
    "canada": "CA",
    "mexico": "MX",
    "united kingdom": "GB",
    "uk": "GB",
    "england": "GB",
    "ireland": "IE",
    "netherlands": "NL",
    "germany": "DE",
    "france": "FR",
    "switzerland": "CH",
    "australia": "AU",
}
Value = tuple[str, str]


def state(text: str, country: str = "US") -> Value:
    if country != "US":
        return text, ""
    code = text.upper().replace(".", "")
    if code in US_STATES:
        return code, ""
    if named := _STATE_NAMES.get(text.casefold()):
        return named, ""
    return "", f"The state is not one that is known: {text}"


def country(text: str) -> Value:
    words = " ".join(re.sub(r"\W+", " ", text.casefold()).split())
    if code := _COUNTRIES.get(words):
        return code, ""
    if re.fullmatch(r"[A-Za-z]{2}", text):
        return text.upper(), ""
    return "", f"The country is not known; write its two-letter code: {text}"


def postal_code(text: str, state: str, country: str = "US") -> Value:
    """A ZIP code. Five digits, or five and four; zeros that a spreadsheet dropped come back."""
    if country != "US":
        return text, ""
    if re.fullmatch(r"\d{5}(-\d{4})?", text):
        return text, ""
    digits = text.replace("-", "").replace(" ", "")
    if digits.isdigit() and len(digits) == 9:
        return f"{digits[:5]}-{digits[5:]}", ""
    if digits.isdigit() and len(digits) in (3, 4) and state in _ZIP_FROM_ZERO:
        return digits.zfill(5), f"The ZIP code had lost its leading zeros: {digits.zfill(5)}"
    if digits.isdigit() and len(digits) in (7, 8) and state in _ZIP_FROM_ZERO:
        full = digits.zfill(9)
        return f"{full[:5]}-{full[5:]}", f"The ZIP code had lost its leading zeros: {full[:5]}"
    return "", f"The ZIP code is not one: {text}"


def phone(text: str) -> Value:
    if POWER_OF_TEN.match(text):
        return "", f"The phone number was destroyed by a spreadsheet: {text}"
    digits = re.sub(r"\D", "", text)
    if digits == text and len(digits) == 10:
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}", ""
    if digits == text and 10 < len(digits) < 16 and not digits.startswith("1"):
        extension = digits[10:]
        return (
            f"({digits[:3]}) {digits[3:6]}-{digits[6:10]} ext. {extension}",
            f"The phone number has more than ten digits, the rest is read as extension: {text}",
        )
    if not 7 <= len(digits) <= 20 or len(text) > 40:
        return "", f"The phone number is not one: {text}"
    return text, ""


def website(text: str) -> Value:
    if re.fullmatch(r"(?i)(https?://)?[\w.-]+\.[a-z]{2,}(:\d+)?([/?#]\S*)?", text):
        return text, ""
    return "", f"The web address is not one: {text}"


def email(text: str) -> Value:
    try:
        validate_email(text)
    except ValidationError:
        return "", f"The e-mail address is not one: {text}"
    return text, ""


def control(text: str) -> Value:
    """Public or private, as directories (IPEDS, CMS and plain lists) put it."""
    words = text.casefold()
    if "non-profit" in words or "nonprofit" in words or "not-for-profit" in words:
        return Institution.Control.NONPROFIT, ""
    if "for-profit" in words or "for profit" in words or words.startswith("proprietary"):
        return Institution.Control.FOR_PROFIT, ""
    if words.startswith(("public", "government", "tribal", "state", "department of")):
        return Institution.Control.PUBLIC, ""
    return "", f"Whether it is public or private is not said in known words: {text}"


def kind(text: str) -> Value:
    words = text.casefold()
    for value, label in Institution.Kind.choices:
        if words in (value, label.casefold()):
            return value, ""
    for part, value in (
        ("school", Institution.Kind.SCHOOL),
        ("faculty", Institution.Kind.SCHOOL),
        ("universit", Institution.Kind.UNIVERSITY),
        ("college", Institution.Kind.UNIVERSITY),
        ("hospital", Institution.Kind.HOSPITAL),
        ("health system", Institution.Kind.HOSPITAL),
        ("journal", Institution.Kind.JOURNAL),
        ("publisher", Institution.Kind.PUBLISHER),
        ("society", Institution.Kind.SOCIETY),
        ("association", Institution.Kind.SOCIETY),
        ("agency", Institution.Kind.AGENCY),
        ("campus", Institution.Kind.CAMPUS),
    ):
        if part in words:
            return value, ""
    return "", f"The kind of institution is not a known one: {text}"


def identifier(scheme: str, text: str) -> Value:
    """A number in the form that is kept. Raises nothing: a bad one comes back empty."""
    reader = _IDENTIFIERS.get(scheme)
    value = reader(text) if reader else text[:60]
    label = Identifier.Scheme(scheme).label.split(" ")[0]
    return (value, "") if value else ("", f"The {label} is not one: {text}")


def _unitid(text: str) -> str:
    return text if re.fullmatch(r"\d{6}", text) else ""


def _opeid(text: str) -> str:
    digits = text.replace("-", "")
    return digits.zfill(8) if digits.isdigit() and 5 <= len(digits) <= 8 else ""


def _uei(text: str) -> str:
    code = text.upper()
    return code if re.fullmatch(r"(?!0)(?!.*\d{9})[A-HJ-NP-Z0-9]{12}", code) else ""


def _ein(text: str) -> str:
    digits = text.replace("-", "")
    if not digits.isdigit() or not 7 <= len(digits) <= 9 or not int(digits):
        return ""
    digits = digits.zfill(9)
    return f"{digits[:2]}-{digits[2:]}"


def _issn(text: str) -> str:
    compact = issn_numbers.compact(text).upper()
    return issn_numbers.format(compact) if issn_numbers.is_valid(compact) else ""


def _ror(text: str) -> str:
    code = text.casefold().rstrip("/").rsplit("/", 1)[-1]
    if not re.fullmatch(r"0[a-hj-km-np-tv-z0-9]{6}\d{2}", code):
        return ""
    number = 0
    for char in code[:7]:
        number = number * 32 + _CROCKFORD.index(char)
    return code if 98 - number * 100 % 97 == int(code[7:]) else ""


def _ccn(text: str) -> str:
    code = text.upper()
    if code.isdigit():
        code = code.zfill(6)
    return code if re.fullmatch(r"\d{2}[A-Z0-9]\d{3}", code) else ""


_IDENTIFIERS: dict[str, Callable[[str], str]] = {
    Identifier.Scheme.UNITID: _unitid,
    Identifier.Scheme.OPEID: _opeid,
    Identifier.Scheme.UEI: _uei,
    Identifier.Scheme.EIN: _ein,
    Identifier.Scheme.ISSN: _issn,
    Identifier.Scheme.ROR: _ror,
    Identifier.Scheme.CCN: _ccn,
}
