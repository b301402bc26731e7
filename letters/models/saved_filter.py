"""Filters of the board's list that a person keeps under a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from campaigns.models import Campaign

MOST_OF_NAME, MOST_OF_QUERY = 80, 1000


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def for_person(self, person: models.Model) -> "SavedFilterQuerySet":
        """A person's own, and what others share."""
        return self.filter(Q(owner=person.pk) | Q(is_shared=True))


class SavedFilter(models.Model):
    """Which recipients of a campaign, in which order, under a name. `query` is as in the address.

    It holds the question and not the answer: the list behind it is found anew each time.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="saved_filters")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_filters"
    )
    name = models.CharField(max_length=MOST_OF_NAME)
    query = models.CharField(max_length=MOST_OF_QUERY)
    is_shared = models.BooleanField("others see it too", default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "owner", "name"], name="a_person_saves_a_name_once"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(query=""), name="a_saved_filter_has_name_and_filters"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('letters:board_list', args=[self.campaign_id])}?{self.query}"
