"""What a hidden phone number looks like."""

import re

_NOT_DIGITS = re.compile(r"[^\d]")


def masked_phone(phone: str) -> str:
    """13812342046 → "138****2046"; land lines keep three digits at each end; '' stays ''.

    Short service numbers (12345) belong to nobody and stay as they are.
    """
    digits = _NOT_DIGITS.sub("", phone)
    if len(digits) <= 5:
        return phone
    head, tail = (3, 4) if len(digits) >= 10 else (2, 2)
    return f"{digits[:head]}****{digits[-tail:]}"
