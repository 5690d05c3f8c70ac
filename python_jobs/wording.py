"""Shares and probabilities as people read them, the same in the terminal and on the page."""


def per_cent(share: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Write a share in per cent: 0.453 is 45 %."""
    return f"{100 * share:{'+' if signed else ''}.{decimals}f} %"


def chance(probability: float) -> str:
    """Write a probability in per cent; what is never certain is no 0 or 100 %."""
    if probability > 0.995:
        return "> 99 %"
    return "< 1 %" if probability < 0.005 else per_cent(probability)
