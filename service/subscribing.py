"""What the owner of a webhook may do with it. Pure."""

import msgspec
from msgspec import UNSET

from db.keys import KeyInForce
from schemas.failures import Fault, InvalidRequest, NotFound
from schemas.keys import Role
from schemas.webhooks import Webhook, WebhookChange


def owner_for(by: KeyInForce) -> str | None:
    """Whose webhooks someone may see and manage: their own; for admins None, which is everyone's."""
    return None if by.role is Role.ADMIN else by.name


def owned(webhook: Webhook | None, id: str) -> Webhook:
    """A webhook that was found. NotFound if none was: others are not told that there is one."""
    if webhook is None:
        raise NotFound(f"There is no webhook {id} of yours.")
    return webhook


def require_in_the_log(after: int | None, head: int) -> None:
    """InvalidRequest unless a position to begin after is one that the log has, or 0."""
    if after is not None and after > head:
        raise InvalidRequest([Fault(f"`after` lies in the future: the newest position is {head}.", pointer="/after")])


def changed(webhook: Webhook, patch: WebhookChange) -> Webhook:
    """The webhook as a merge patch leaves it. InvalidRequest for an `after` in the future."""
    given = {name: value for name, value in msgspec.structs.asdict(patch).items() if value is not UNSET}
    if "after" in given:
        given["position"] = given.pop("after")
        require_in_the_log(given["position"], webhook.position + webhook.behind)
    return msgspec.structs.replace(webhook, **given)


def is_restart(patch: WebhookChange) -> bool:
    """Whether a merge patch says anything that deliveries depend on: then what is due is tried again at once."""
    return msgspec.structs.replace(patch, description=UNSET) != WebhookChange()
