"""Settings of what a new enrolment must go through."""

from pydantic import BaseModel, ConfigDict, Field


class EnrolmentSettings(BaseModel):
    """What a new enrolment must go through."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    notice_days: int = Field(
        default=14,
        ge=0,
        le=365,
        description="Days between the proofs of an enrolment and the first search for its prints, "
        "in which others may object; 0 where nobody else is there to do so.",
    )
    recogniser_command: str = Field(
        default="",
        description="Program that writes to its output what it hears: it is started with the path "
        "of a sound file and the language (en or de) added to these arguments. Without one a "
        "person hears whether the phrase was said.",
    )
    quota_per_month: int = Field(
        default=200,
        ge=1,
        description="Enrolments that one organisation may begin in a calendar month (UTC); two "
        "people of the operator's lift it for a month (`ebenbild quota lift`).",
    )
    minor_days_max: int = Field(
        default=730,
        ge=1,
        description="Days after which a minor's consent and prints end, for children change; they "
        "end on the 18th birthday in any case.",
    )
    child_agrees_from_years: int = Field(
        default=14,
        ge=7,
        le=18,
        description="Age from which a minor signs too, with a key of his or her own, beside every "
        "guardian; keys that were bound before are the guardians' and speak no more.",
    )
    lost_key_days: int = Field(
        default=7,
        ge=1,
        le=90,
        description="Days between the report of a lost signing key and the moment from which a new "
        "one signs instead, in which everybody concerned is told and may stop it.",
    )
