/** Counts requests by method and path, ids left out: `PUT /orders/{id}`. Faulted ones count too. */
export class RequestLog {
  readonly #counts = new Map<string, number>();

  count(method: string, path: string): void {
    const resource = path.replace(/^\/wp-json(?:\/wc\/v3)?/, '').replace(/\/\d+(?=\/|$)/g, '/{id}') || '/';
    const name = `${method} ${resource}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort());
  }

  reset(): void {
    this.#counts.clear();
  }
}
