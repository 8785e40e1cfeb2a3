"""Size limits of workbooks, checked before they are opened: calamine aborts the process when memory runs out."""


class DamagedError(ValueError):
    """The file contradicts itself or is cut short."""
