// Drives the client as a user would, and prints a JSON line for each step: what was seen, and if that is right.
import { connect, add, details, patiently, Refused, resetKey, update, userOf } from "../examples/usage.js";
import type { User } from "syncano-users";

const ODD = "Zoë 你好 🐺 \\\"'";
const PASSWORD = "pässword-🗝";
const { SYNCANO_INSTANCE = "", SYNCANO_OTHER_INSTANCE = "", SYNCANO_OTHER_API_KEY, SYNCANO_OTHER_USER_KEY } = process.env;
const DOCUMENTED = "id username user_key profile groups links owner revision created_at updated_at owner_permissions " +
  "group group_permissions other_permissions channel channel_room self reset-key";

function tell(step: string, passed: boolean, seen: unknown): void {
  console.log(JSON.stringify({ step, passed, seen: String(seen) }));
}

async function refusal(call: Promise<unknown>): Promise<Refused | undefined> {
  return call.then(() => undefined, (error: unknown) => (error instanceof Refused ? error : undefined));
}

async function refused(step: string, status: number, call: Promise<unknown>): Promise<void> {
  const found = await refusal(call);
  const detail = found?.body && "detail" in found.body ? found.body.detail : "";
  tell(step, found?.status === status && detail !== "", `${found?.status}: ${detail}`);
}

function at(instance_name: string, userKey?: string, apiKey?: string) {
  return connect(userKey, apiKey).GET("/instances/{instance_name}/user/", { params: { path: { instance_name } } });
}

async function detailsAt(instance: string, userKey: string, apiKey?: string): Promise<User> {
  return userOf(await at(instance, userKey, apiKey));
}

const user = await add("ciri", PASSWORD);
tell("add", user.id > 0 && user.username === "ciri", `user ${user.id}, ${user.username}`);
const found = await details(user.user_key);
tell("details", found.id === user.id, `user ${found.id}`);
const updated = await update(user, ODD, PASSWORD);
tell("update", updated.id === user.id && updated.username !== "ciri", updated.username);
const again = await resetKey(user);
tell("reset", again.id === user.id && again.user_key !== user.user_key, "another key");
await refused("old key", 403, details(user.user_key));

const blank = await refusal(add("", ""));
const errors = blank?.body && "username" in blank.body ? blank.body : {};
tell("400", blank?.status === 400 && !!errors.username?.[0] && !!errors.password?.[0], JSON.stringify(errors));
await refused("403", 403, detailsAt(SYNCANO_INSTANCE, again.user_key, "none"));
await refused("404", 404, detailsAt("no-such", again.user_key));
const moved = await refusal(detailsAt("moved", again.user_key));
tell("redirect", moved !== undefined, moved?.status);

const { profile, username } = await details(again.user_key);
const nulls = [profile.group, profile.channel, profile.channel_room];
tell("null", nulls.every((each) => each === null), JSON.stringify(nulls));
tell("unicode", username === ODD, username);
const late = await patiently(() => at(SYNCANO_OTHER_INSTANCE, SYNCANO_OTHER_USER_KEY, SYNCANO_OTHER_API_KEY));
tell("429", userOf(late).id > 0, late.response.status);
const members = [found, found.profile, found.links].flatMap((each) => Object.keys(each));
const extra = members.filter((each) => !DOCUMENTED.split(" ").includes(each)).sort();
tell("extra members", true, extra.join(", "));
