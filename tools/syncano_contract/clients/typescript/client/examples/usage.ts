// How to call the API, to tell its refusals apart, and to wait where it asks for that.
import { connect as connectTo, type ApiError, type User, type ValidationErrors } from "syncano-users";

// [authenticate]
const { SYNCANO_URL = "", SYNCANO_INSTANCE = "", SYNCANO_API_KEY = "" } = process.env;

export function connect(userKey?: string, apiKey = SYNCANO_API_KEY) {
  return connectTo({ url: SYNCANO_URL, apiKey, userKey });
}

// [calls]
const USERS = "/instances/{instance_name}/users/";
const path = { instance_name: SYNCANO_INSTANCE };

export async function add(username: string, password: string): Promise<User> {
  return userOf(await connect().POST(USERS, { params: { path }, body: { username, password } }));
}

export async function details(userKey: string): Promise<User> {
  return userOf(await connect(userKey).GET("/instances/{instance_name}/user/", { params: { path } }));
}

export async function update(user: User, username: string, password: string): Promise<User> {
  const params = { path: { ...path, user_id: user.id } };
  return userOf(await connect(user.user_key).PUT(`${USERS}{user_id}/`, { params, body: { username, password } }));
}

export async function resetKey(user: User): Promise<User> {
  const params = { path: { ...path, user_id: user.id } };
  return userOf(await connect(user.user_key).POST(`${USERS}{user_id}/reset_key/`, { params }));
}

// [errors]
type Refusal = ApiError | ValidationErrors;

/** The API refused a request: `status` tells programs why, and `body` tells people. */
export class Refused extends Error {
  constructor(readonly status: number, readonly body?: Refusal) {
    super(`${status}: ${JSON.stringify(body)}`);
  }
}

export function userOf(answer: { data?: User; error?: Refusal; response: Response }): User {
  if (answer.data) return answer.data;
  throw new Refused(answer.response.status, answer.error); // "detail" in error: an ApiError, else ValidationErrors
}

// [retry]
/** Call, and where there were too many requests (429) wait as long as `Retry-After` says and call again. */
export async function patiently<Answer extends { response: Response }>(
  call: () => Promise<Answer>,
  tries = 5,
): Promise<Answer> {
  const answer = await call();
  if (answer.response.status !== 429 || tries === 1) return answer;
  const seconds = Number(answer.response.headers.get("Retry-After") ?? 1);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return patiently(call, tries - 1);
}
