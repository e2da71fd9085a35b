// Where the endpoint is, and with which token: the environment says it.

export const url = process.env.ENDPOINT;
export const socketUrl = url.replace(/^http/, "ws");
export const token = process.env.TOKEN;
export const tell = (what) => console.log(JSON.stringify(what));
