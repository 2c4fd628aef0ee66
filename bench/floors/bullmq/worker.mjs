// Floor: a BullMQ worker. The same call over kept-alive connections and the same two row updates through `pg`.
//
// It reads the jobs from the table bench_jobs, puts them into its queue, says "filled", and starts on a line "go".
import http from "node:http";
import readline from "node:readline";
import { Queue, Worker } from "bullmq";
import IORedis from "ioredis";
import pg from "pg";

const { FLOOR_BROKER, FLOOR_DATABASE, FLOOR_STUB, FLOOR_CONCURRENCY, FLOOR_QUEUE } = process.env;
const concurrency = Number(FLOOR_CONCURRENCY);
const stub = new URL(FLOOR_STUB);
const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
const pool = new pg.Pool({ connectionString: FLOOR_DATABASE, max: Math.min(concurrency, 32) });
const connection = new IORedis(FLOOR_BROKER, { maxRetriesPerRequest: null });

function post(page, text) {
  const body = JSON.stringify({ message: text, published: true, fields: "id,permalink_url" });
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    Authorization: "Bearer EAAbenchfloor",
  };
  const options = { host: stub.hostname, port: stub.port, method: "POST", path: `/v25.0/${page}/feed`, headers, agent };
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (answer += part));
      response.on("end", () =>
        response.statusCode === 200 ? resolve(JSON.parse(answer)) : reject(new Error(`status ${response.statusCode}`)),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function publish({ data: { id, page, text } }) {
  await pool.query({
    name: "start",
    text: "UPDATE bench_jobs SET state = 'publishing', started_at = now() WHERE id = $1",
    values: [id],
  });
  const answer = await post(page, text);
  await pool.query({
    name: "end",
    text: "UPDATE bench_jobs SET state = 'published', external_id = $2, finished_at = now() WHERE id = $1",
    values: [id, answer.id],
  });
}

const queue = new Queue(FLOOR_QUEUE, { connection });
const { rows } = await pool.query("SELECT id::int, page, text FROM bench_jobs ORDER BY id");
for (let from = 0; from < rows.length; from += 1000) {
  const part = rows.slice(from, from + 1000);
  await queue.addBulk(part.map((data) => ({ name: "publish", data, opts: { removeOnComplete: true } })));
}
console.log("filled");

const worker = new Worker(FLOOR_QUEUE, publish, { connection, concurrency, autorun: false });
let [done, failed] = [0, 0];
const told = () => done + failed === rows.length && console.log(`finished ${done} ${failed}`);
worker.on("completed", () => (done++, told()));
worker.on("failed", (job, error) => (failed++, console.error(error.message), told()));
worker.on("error", (error) => console.error(error.message));
process.on("SIGTERM", () => process.exit(0));
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line === "go") worker.run();
}
process.exit(0);
