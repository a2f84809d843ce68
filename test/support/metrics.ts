/** The value of one metric, as Prometheus would read it; `series` with its labels as they are written. 0 when it has none. */
export async function metricOf(baseUrl: string, series: string): Promise<number> {
  const text = await (await fetch(`${baseUrl}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}
