// The life of a user by `syncano`, the service's own client: what each step saw, as JSON.
const Syncano = require("syncano");

const { BASE_URL: baseUrl, INSTANCE: instanceName, API_KEY: apiKey, USERNAME: username } = process.env;
// The `then` of a query passes no refusal on; that of the promise which it returns does.
const answer = (query) => query.then((object) => object);
const users = (userKey) => Syncano({ baseUrl, apiKey, userKey }).User.please();
const seen = ({ id, username, user_key }) => ({ id, username, user_key });

async function life() {
  const added = await answer(users().create({ instanceName, username, password: "wind's-howling-1272" }));
  const details = await answer(users(added.user_key).get({ instanceName }));
  const reset = await answer(users(added.user_key).resetKey({ instanceName, id: added.id }));
  const later = await answer(users(reset.user_key).get({ instanceName }));
  const refused = await answer(users(added.user_key).get({ instanceName })).then(
    () => null,
    ({ status, errors }) => ({ status, ...errors }),
  );
  return { added: seen(added), details: seen(details), reset: seen(reset), later: seen(later), refused };
}

life().then((lived) => console.log(JSON.stringify(lived)), ({ message }) => { console.error(message); process.exit(1); });
