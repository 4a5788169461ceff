"""The lookup `folded`: compare texts as people search, whatever their case and accents.

    User.objects.filter(name__folded__contains="zoe")  # finds Zoë

Both sides are folded by the database function `core_fold` (core/sql/fold.sql).
"""

from django.db.models import CharField, Func, TextField, Transform, Value


class Folded(Transform):
    """The text of a field, folded; whatever it is compared with is folded, too."""

    lookup_name = "folded"
    function = "core_fold"
    bilateral = True
    output_field = TextField()


def folded(text: str) -> Func:
    """Return an expression for a folded text, to compare it with a column that is stored folded."""
    return Func(Value(text), function=Folded.function, output_field=TextField())


def register() -> None:
    """Add the lookup to all text fields."""
    CharField.register_lookup(Folded)
    TextField.register_lookup(Folded)
