"""Other keys and turnings for all that is sealed, of every package."""

from api.accounts import sealedcolumns as accounts
from core import answers, approvalrows, mail, webhooks
from core.init import World
from licensing.service import sealedcolumns as licensing
from registry.service import (
    excerpts,
    filemanifests,
    heldseals,
    rekeying,
    sealedtexts,
    statements,
)
from registry.service.rekeying import Resealed
from royalties.service import (
    bills,
    complaints,
    complaintwords,
    payeeseals,
    payoutseals,
    receipts,
    refunds,
    selfbilling,
    toldpayments,
)

COLUMNS = (
    *webhooks.SEALED,
    *answers.SEALED,
    *approvalrows.SEALED,
    *mail.SEALED,
    *sealedtexts.SEALED,
    *heldseals.SEALED,
    *excerpts.SEALED,
    *filemanifests.SEALED,
    *statements.SEALED,
    *licensing.SEALED,
    *bills.SEALED,
    *selfbilling.SEALED,
    *receipts.SEALED,
    *refunds.SEALED,
    *toldpayments.SEALED,
    *accounts.SEALED,
    *payeeseals.SEALED,
    *payoutseals.SEALED,
    *complaints.SEALED,
    *complaintwords.SEALED,
)


def reseal(world: World) -> Resealed:
    """Bring everything under the present keys and the turning in force."""
    return rekeying.reseal(world.db, world.vault, world.objects, COLUMNS)


def forget_old(world: World) -> int:
    """Destroy what was replaced; see `rekeying.forget_old`."""
    return rekeying.forget_old(world.db, world.vault, world.objects, COLUMNS)
