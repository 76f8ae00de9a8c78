/** The three lines at the end (iputils ping_common.c, finish). `rttsUs` in order of arrival. */
export function statistics(destination: string, sent: number, errors: number, rttsUs: readonly number[], elapsedUs: number): string {
  const received = rttsUs.length;
  const loss = sent === 0 ? 0 : (100 * (sent - received)) / sent;
  const lossText = Number(loss.toPrecision(6)).toString();
  const problems = errors ? `+${errors} errors, ` : '';
  const head =
    `\n--- ${destination} ping statistics ---\n` +
    `${sent} packets transmitted, ${received} received, ${problems}${lossText}% packet loss, time ${Math.trunc(elapsedUs / 1000)}ms\n`;
  if (!received) return `${head}\n`;
  const mean = Math.trunc(rttsUs.reduce((sum, rtt) => sum + rtt, 0) / received);
  const squares = rttsUs.reduce((sum, rtt) => sum + rtt * rtt, 0) / received;
  const deviation = Math.trunc(Math.sqrt(Math.max(0, squares - mean * mean)));
  const milliseconds = [Math.min(...rttsUs), mean, Math.max(...rttsUs), deviation].map((us) => (us / 1000).toFixed(3)).join('/');
  return `${head}rtt min/avg/max/mdev = ${milliseconds} ms\n`;
}

/** Three significant places, as print of one echo reply does. */
export function roundTripText(us: number): string {
  if (us >= 100_000) return String(Math.trunc(us / 1000));
  if (us >= 10_000) return (us / 1000).toFixed(1);
  return us >= 1000 ? (us / 1000).toFixed(2) : (us / 1000).toFixed(3);
}
