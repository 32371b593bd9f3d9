"""One person under several names: an account, and the phone that it or a caller gives."""

import re

from loushi.registry.accounts.models import User

MOBILE = re.compile(r"(?:\+?86)?(1\d{10})")


def plain_phone(text: str) -> str:
    """A mobile number as its eleven digits; any other number as it was typed.

    >>> plain_phone("+86 138 0013 8000"), plain_phone("0571-88010000")
    ('13800138000', '0571-88010000')
    """
    found = MOBILE.fullmatch(re.sub(r"[\s()-]", "", text))
    return found[1] if found else text.strip()


def holders_of(*, user_id: int | None = None, phone: str = "") -> tuple[str, frozenset[str]]:
    """What a person's places are booked under, and every other name of the same person: who has
    booked by an account does not count a second time by phone, nor the other way round."""
    numbers = {plain_phone(phone)} if phone.strip() else set()
    people = {user_id} if user_id else set()
    if user_id:
        own = User.objects.filter(pk=user_id).values_list("phone", flat=True).first() or ""
        numbers |= {plain_phone(own)} if own.strip() else set()
    elif numbers:
        (number,) = numbers
        tail = User.objects.filter(is_active=True, phone__contains=number[-4:])
        people = {pk for pk, held in tail.values_list("pk", "phone") if plain_phone(held) == number}
    names = {f"user:{pk}" for pk in people} | {f"phone:{_digits(one)}" for one in numbers}
    holder = f"user:{user_id}" if user_id else f"phone:{_digits(plain_phone(phone))}"
    return holder, frozenset(names - {holder})


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)
