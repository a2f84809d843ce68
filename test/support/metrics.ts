/** The value of one metric, as Prometheus would read it; `series` with its labels as they are written. 0 when it has none. */
export async function metricOf(baseUrl: string, series: string): Promise<number> {
  const text = await (await fetch(`${baseUrl}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** Every series with its value, by its name and labels as they are written. */
export async function readMetrics(baseUrl: string): Promise<Map<string, number>> {
  const lines = (await (await fetch(`${baseUrl}/metrics`)).text()).split('\n').filter((line) => /^\w/.test(line));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}
