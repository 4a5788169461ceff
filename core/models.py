"""The operator's feature switches."""

from django.conf import settings
from django.db import models


class FeatureSwitch(models.Model):
    """One of the operator's feature switches (core.feature_switches). Without a row, the switch is off."""

    name = models.CharField(max_length=32, primary_key=True)
    is_on = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name_plural = "feature switches"

    def __str__(self) -> str:
        return f"{self.name}: {'on' if self.is_on else 'off'}"
