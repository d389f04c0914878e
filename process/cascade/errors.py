"""The one error of the cascade models."""

from __future__ import annotations


class CascadeError(ValueError):
    """A cascade that cannot be built or solved: ``reason`` says what is wrong and what to change.

    ``stage`` counts from 1, ``element`` is a name (or a column where only columns are known), ``case`` is the row of
    a batch; each is None where it does not apply.
    """

    def __init__(
        self,
        reason: str,
        *,
        stage: int | None = None,
        element: str | int | None = None,
        case: int | None = None,
    ) -> None:
        self.reason = reason
        self.stage = stage
        self.element = element
        self.case = case
        super().__init__(reason)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.reason, self.stage, self.element, self.case)


def _rebuild(reason: str, stage: int | None, element: str | int | None, case: int | None) -> CascadeError:
    return CascadeError(reason, stage=stage, element=element, case=case)
