import { connect } from "syncano-users";

const { SYNCANO_URL: url = "", SYNCANO_INSTANCE = "", SYNCANO_API_KEY: apiKey = "", SYNCANO_PASSWORD } = process.env;
const { data: user, error } = await connect({ url, apiKey }).POST("/instances/{instance_name}/users/", {
  params: { path: { instance_name: SYNCANO_INSTANCE } },
  body: { username: "yennefer", password: SYNCANO_PASSWORD ?? "" },
});
console.log(user ? `${user.username} is user ${user.id}` : error);
