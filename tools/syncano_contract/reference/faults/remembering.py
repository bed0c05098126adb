"""Steps that remember the users that were added, for faults that harm users who were not named."""

from syncano_contract.model import Level
from syncano_contract.reference import validation
from syncano_contract.reference.deployment import Call
from syncano_contract.reference.faults.altering import ADD, Rereading, operation_of
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.records import Instance, User
from syncano_contract.reference.replies import RefusedError, Reply
from syncano_contract.reference.store import Store

MUST, SHOULD = Level.MUST, Level.SHOULD


class Remembering(Rereading):
    """Steps that know the users that were added, to harm them later."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        """Begin with nobody."""
        super().__init__(store, passwords)
        self.added: list[tuple[Instance, User]] = []

    def represent(self, call: Call, user: User | None) -> Reply:
        """Show a user, and remember one that was added."""
        if user is not None and operation_of(call.request) == ADD:
            self.added.append((call.instance, user))
        return super().represent(call, user)

    def others(self, call: Call, user_id: int) -> list[User]:
        """List the other users of the instance that were added, the latest first."""
        return [user for instance, user in self.added[::-1] if instance == call.instance and user.id != user_id]

    async def holder(self, call: Call, refusal: RefusedError) -> User:
        """Find who was added with the name that is taken, or else the user that was added last.

        Raises the refusal again where it is about something else, or where nobody was added.
        """
        mine = [user for instance, user in self.added[::-1] if instance == call.instance]
        if refusal.reply != validation.not_unique().reply or not mine:
            raise refusal
        name = (await self.validate(call)).username.casefold()
        return next((user for user in mine if user.username.casefold() == name), mine[0])
