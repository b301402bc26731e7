"""Institutions that can be written to, and what is known of them."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from campaigns.text import fold

# fmt: off
US_STATES = (
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN",
    "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH",
    "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT",
    "VT", "VA", "WA", "WV", "WI", "WY", "AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI",
)
# fmt: on


class InstitutionQuerySet(models.QuerySet["Institution"]):
    def active(self) -> "InstitutionQuerySet":
        return self.filter(archived_at=None)

    def mailable(self) -> "InstitutionQuerySet":
        """Institutions that may be written to at all."""
        return self.active().filter(suppressed_at=None)

    def matching(self, words: str) -> "InstitutionQuerySet":
        """Institutions whose name, alias, city or identifier holds every word."""
        found = self
        for word in fold(words).split():
            found = found.filter(search_key__contains=word)
        return found

    def with_fact(self, key: str, value: str = "yes") -> "InstitutionQuerySet":
        return self.filter(facts__key=key, facts__value=value)


class Institution(models.Model):
    """An organisation that can be written to; a tree (university > school, publisher > journal).

    The address is the one that the institution publishes. Source: the directory it was
    imported from (see `DirectoryImport`) or the person who typed it (see the audit log).
    """

    class Kind(models.TextChoices):
        UNIVERSITY = "university", "University or college"
        SCHOOL = "school", "School or faculty"
        CAMPUS = "campus", "Campus"
        HOSPITAL = "hospital", "Hospital or health system"
        PUBLISHER = "publisher", "Publisher"
        JOURNAL = "journal", "Journal"
        SOCIETY = "society", "Society or association"
        AGENCY = "agency", "Agency"
        OTHER = "other", "Other organisation"

    class Control(models.TextChoices):
        PUBLIC = "public", "Public"
        NONPROFIT = "nonprofit", "Private non-profit"
        FOR_PROFIT = "for-profit", "Private for-profit"
        UNKNOWN = "unknown", "Not known"

    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.UNIVERSITY)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="units"
    )
    control = models.CharField(max_length=20, choices=Control.choices, default=Control.UNKNOWN)
    aliases = models.JSONField(default=list, blank=True, help_text="Other names, one per item.")
    street = models.CharField(max_length=200, blank=True)
    street2 = models.CharField("second address line", max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=50, blank=True, help_text="Two letters in the US.")
    postal_code = models.CharField("ZIP or postal code", max_length=20, blank=True)
    country = models.CharField(max_length=2, default="US", help_text="ISO 3166 code.")
    address_source = models.CharField(
        max_length=500, blank=True, help_text="Where a supplied address was published."
    )
    phone = models.CharField(max_length=40, blank=True)
    website = models.CharField(max_length=300, blank=True)
    suppressed_at = models.DateTimeField(null=True, blank=True)
    suppressed_reason = models.CharField(max_length=500, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    search_key = models.TextField(editable=False, default="")

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        permissions = [("import_institutions", "Can import a directory of institutions")]
        indexes = [
            models.Index(fields=["state", "name"]),
            models.Index(fields=["kind", "name"]),
            models.Index(fields=["control", "name"]),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="institution_has_a_name"),
            models.CheckConstraint(
                condition=Q(suppressed_at=None, suppressed_reason="")
                | (Q(suppressed_at__isnull=False) & ~Q(suppressed_reason="")),
                name="institution_suppressed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaigns:institution", args=[self.pk])

    @property
    def missing_address_parts(self) -> list[str]:
        """The parts of the postal address that a letter needs and that are not known."""
        needed = {"street": self.street, "city": self.city, "ZIP": self.postal_code}
        if self.country == "US":
            needed["state"] = self.state
        return [part for part, value in needed.items() if not value]

    def known_facts(self) -> dict[str, str]:
        """Fact key to value; a school or campus has what is known of its university.

        All operations of a university are covered where any part of it is funded
        (42 U.S.C. § 2000d-4a). Reads `facts` and `parent.facts` as they are prefetched.
        """
        known: dict[str, str] = {}
        if self.parent and self.kind in (self.Kind.SCHOOL, self.Kind.CAMPUS):
            known = {fact.key: fact.value for fact in self.parent.facts.all()}
        for fact in self.facts.all():
            if fact.value != Fact.Value.UNKNOWN or fact.key not in known:
                known[fact.key] = fact.value
        return known

    def index_for_search(self, numbers: Iterable[str] = ()) -> None:
        """Set `search_key` from names, place and identifiers. Called by what writes them."""
        self.search_key = fold(
            " ".join([self.name, *self.aliases, self.city, self.state, *numbers])
        )


class Identifier(models.Model):
    """A number or code under which the world knows an institution. Leading zeros are kept."""

    class Scheme(models.TextChoices):
        UNITID = "unitid", "UNITID (IPEDS)"
        OPEID = "opeid", "OPEID (Federal Student Aid)"
        UEI = "uei", "UEI (SAM.gov)"
        EIN = "ein", "EIN (IRS)"
        ISSN = "issn", "ISSN"
        ROR = "ror", "ROR"
        CCN = "ccn", "CCN (CMS)"
        OTHER = "other", "Other"

    # Schemes that name exactly one institution; campuses may share the other numbers.
    UNIQUE_SCHEMES = (Scheme.UNITID, Scheme.ISSN, Scheme.ROR, Scheme.CCN)

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="identifiers"
    )
    scheme = models.CharField(max_length=20, choices=Scheme.choices)
    value = models.CharField(max_length=60)

    class Meta:
        ordering = ["scheme", "value"]
        indexes = [models.Index(fields=["scheme", "value"])]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "scheme", "value"], name="identifier_once_per_institution"
            ),
            models.UniqueConstraint(
                fields=["scheme", "value"],
                condition=Q(scheme__in=["unitid", "issn", "ror", "ccn"]),
                name="identifier_names_one_institution",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.value}"


class Contact(models.Model):
    """A person or office at an institution, with where we know it from."""

    class Role(models.TextChoices):
        CHIEF = "chief", "Chief administrator"
        DEAN = "dean", "Dean"
        COUNSEL = "counsel", "General counsel"
        OUTSIDE_COUNSEL = "outside-counsel", "Outside counsel"
        EDITOR = "editor", "Editor-in-chief"
        PUBLISHER = "publisher", "Publisher"
        OTHER = "other", "Other"

    # To whom letters still go once counsel has appeared (Model Rule 4.2).
    COUNSEL_ROLES = (Role.COUNSEL, Role.OUTSIDE_COUNSEL)

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="contacts")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.CHIEF)
    name = models.CharField(max_length=200, blank=True, help_text="Empty for an office.")
    title = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=500, blank=True)
    verified_on = models.DateField(null=True, blank=True)
    suppressed_at = models.DateTimeField(null=True, blank=True)
    suppressed_reason = models.CharField(max_length=500, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["institution", "role", "name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") | ~Q(title=""), name="contact_has_a_name_or_a_title"
            ),
            models.CheckConstraint(
                condition=Q(suppressed_at=None, suppressed_reason="")
                | (Q(suppressed_at__isnull=False) & ~Q(suppressed_reason="")),
                name="contact_suppressed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.title) if part)


class Fact(models.Model):
    """Something known of an institution that a ground needs, with its source and date."""

    class Key(models.TextChoices):
        FFA = "ffa", "Receives federal financial assistance"
        FFA_ED = "ffa_ed", "Receives funds from the Department of Education"
        FFA_HHS = "ffa_hhs", "Receives funds from Health and Human Services"
        EMPLOYER15 = "employer15", "Has 15 or more employees"
        EMPLOYER20 = "employer20", "Has 20 or more employees"
        HEALTH_PROGRAM = "health_program", "Runs a health program or activity"
        EDUCATION_PROGRAM = "education_program", "Runs an education program"
        CONTRACT = "contract", "Makes contracts with those concerned"
        COPE = "cope_member", "Member of COPE"
        ICMJE = "icmje_follower", "Follows the ICMJE Recommendations"
        LCME = "lcme", "Accredited by LCME, COCA or ACGME"
        FEDERAL_AGENCY = "federal_agency", "Is a federal agency"
        PHS = "phs_funded", "Receives PHS research funds"
        TRIAL_SPONSOR = "trial_sponsor", "Sponsors clinical trials"
        HIPAA = "hipaa_entity", "Is a HIPAA covered entity"
        MEDICAL_DEGREE = "medical_degree", "Reports a medical degree"
        RELIGIOUS = "religious", "Is controlled by a religious organisation"

    class Value(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        UNKNOWN = "unknown", "Not known"

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="facts")
    key = models.CharField(max_length=30, choices=Key.choices)
    value = models.CharField(max_length=10, choices=Value.choices)
    source = models.CharField(max_length=500)
    as_of = models.DateField()

    class Meta:
        ordering = ["key"]
        indexes = [models.Index(fields=["key", "value"])]
        constraints = [
            models.UniqueConstraint(fields=["institution", "key"], name="one_fact_of_each_kind"),
            models.CheckConstraint(condition=~Q(source=""), name="fact_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()}: {self.get_value_display()}"


class ColumnMapping(models.Model):
    """Which column of a file is which field, remembered for files with the same headings."""

    headings_sha256 = models.CharField(max_length=64, unique=True)
    mapping = models.JSONField(help_text="Field to heading.")

    def __str__(self) -> str:
        return ", ".join(self.mapping.values())


class DirectoryImport(models.Model):
    """One file of institutions: what was planned for each row, and what was done."""

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        APPLIED = "applied", "Applied"
        DISCARDED = "discarded", "Discarded"

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    profile = models.CharField(max_length=40, help_text="How the columns are read.")
    options = models.JSONField(default=dict, blank=True, help_text="Encoding, delimiter, mapping.")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PLANNED)
    counts = models.JSONField(default=dict, blank=True, help_text="Rows by verdict.")
    plan_digest = models.CharField(max_length=64, help_text="What the person saw and confirmed.")
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    planned_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_status_display().lower()})"

    def get_absolute_url(self) -> str:
        return reverse("campaigns:import", args=[self.pk])


class ImportRow(models.Model):
    """What became of one row of an imported file. Every row has one."""

    class Verdict(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        SAME = "same", "Same"
        AMBIGUOUS = "ambiguous", "Ambiguous"
        REFUSED = "refused", "Refused"
        BLANK = "blank", "Blank"

    directory_import = models.ForeignKey(
        DirectoryImport, on_delete=models.CASCADE, related_name="rows"
    )
    line = models.PositiveIntegerField(help_text="Line of the file; the headings are line 1.")
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    name = models.CharField(max_length=300, blank=True)
    notes = models.JSONField(default=list, blank=True, help_text="Reasons, in sentences.")
    changes = models.JSONField(default=dict, blank=True, help_text="Field: [before, after].")
    candidates = models.JSONField(
        default=list, blank=True, help_text="Institutions that an ambiguous row may be."
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="import_rows"
    )

    class Meta:
        ordering = ["line"]
        indexes = [models.Index(fields=["directory_import", "verdict", "line"])]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.get_verdict_display()}"

    @property
    def is_clean(self) -> bool:
        return not self.notes
