"""How figures are written: on screens, on paper and in the report alike."""

COMMA_AND_STOP = str.maketrans(",.", ".,")


def thousands(number: int) -> str:
    """1.419"""
    return f"{number:,}".replace(",", ".")


def decimal(number: float) -> str:
    """1.419,5"""
    return f"{number:,.1f}".translate(COMMA_AND_STOP)
