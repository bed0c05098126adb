import os

from syncano_users import AuthenticatedClient
from syncano_users.api.users import add_user
from syncano_users.models import Credentials, User

url, instance, key = (os.environ[f"SYNCANO_{name}"] for name in ("URL", "INSTANCE", "API_KEY"))
client = AuthenticatedClient(url, key, prefix="", auth_header_name="X-API-KEY")
user = add_user.sync(instance, client=client, body=Credentials("yennefer", os.environ["SYNCANO_PASSWORD"]))
print(f"{user.username} is user {user.id}" if isinstance(user, User) else user)
