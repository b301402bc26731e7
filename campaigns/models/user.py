"""The people who work with the program."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A member of staff. Recipients and co-signers never have an account."""

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def roles(self) -> list[str]:
        return sorted(group.name for group in self.groups.all())
