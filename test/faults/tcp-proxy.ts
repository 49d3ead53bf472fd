// A TCP proxy in front of a broker: counts who knocks, and can be deaf, mute or shut, while the broker itself runs on. It
// knows no protocol.

import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * - `open`: passes everything on; where the broker does not listen, hangs up at once.
 * - `hangsUp`: takes connections and ends them.
 * - `silent`: takes connections and says nothing on them; those that are open fall silent too.
 */
export type ProxyMode = "open" | "hangsUp" | "silent";

export class TcpProxy implements AsyncDisposable {
  /** Times (`performance.now()`) at which somebody connected. */
  readonly attempts: number[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #mode: ProxyMode = "open";
  #target: number | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => this.#take(socket));
  }

  /** On a port of its own; passes nothing on before `target` is set. */
  static async start(): Promise<TcpProxy> {
    const server = createServer();
    server.listen({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    return new TcpProxy(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Where connections lead. */
  set target(port: number) {
    this.#target = port;
  }

  set mode(mode: ProxyMode) {
    this.#mode = mode;
    if (mode === "hangsUp") this.#hangUp();
    for (const socket of this.#sockets) {
      if (mode === "silent") socket.pause();
      else socket.resume();
    }
  }

  /** Connections since `time`. */
  attemptsSince(time: number): number {
    return this.attempts.filter((at) => at >= time).length;
  }

  async stop(): Promise<void> {
    this.#hangUp();
    this.#server.close();
    await once(this.#server, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #take(client: Socket): void {
    this.attempts.push(performance.now());
    this.#keep(client);
    if (this.#mode === "silent") client.pause();
    if (this.#mode === "hangsUp" || this.#target === undefined) client.destroy();
    else if (this.#mode === "open") this.#pass(client, this.#target);
  }

  #pass(client: Socket, target: number): void {
    const upstream = connect({ port: target, host: "127.0.0.1" });
    this.#keep(upstream);
    client.once("close", () => upstream.destroy());
    upstream.once("close", () => client.destroy());
    client.on("data", (data) => upstream.write(data));
    upstream.on("data", (data) => client.write(data));
  }

  #keep(socket: Socket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    // Told by "close", which follows.
    socket.on("error", () => {});
  }

  #hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
