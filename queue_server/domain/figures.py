"""How figures are written: on screens, on paper and in the report alike."""


def thousands(number: int) -> str:
    """1.419"""
    return f"{number:,}".replace(",", ".")
