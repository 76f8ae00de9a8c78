/** The meter's title (lib/progress.c). */
export const METER_TITLE =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n' +
  '                                 Dload  Upload   Total   Spent    Left  Speed\n';

/** One state of the meter, from its carriage return on. */
// Simplification: the meter shows its first and last state; the real one also moves once a second.
export function meterLine(downloaded: number, uploaded: number, elapsedUs: number): string {
  const perSecond = (bytes: number): number => (elapsedUs > 0 ? Math.trunc((bytes * 1_000_000) / elapsedUs) : 0);
  const spent = clock(Math.trunc(elapsedUs / 1_000_000));
  return (
    `\r${share(downloaded + uploaded)} ${five(downloaded + uploaded)}  ${share(downloaded)} ${five(downloaded)}  ${share(uploaded)} ${five(uploaded)}` +
    `  ${five(perSecond(downloaded))}  ${five(perSecond(uploaded))} --:--:-- ${spent} --:--:-- ${five(perSecond(downloaded))}`
  );
}

/** max5data: a number of bytes in five characters. */
function five(bytes: number): string {
  if (bytes < 100_000) return String(bytes).padStart(5);
  if (bytes < 10_000 * 1024) return `${String(Math.trunc(bytes / 1024)).padStart(4)}k`;
  return `${(bytes / 1024 ** 2).toFixed(1).padStart(4)}M`;
}

function clock(seconds: number): string {
  if (seconds <= 0) return '--:--:--';
  return `${String(Math.trunc(seconds / 3600)).padStart(2)}:${two(Math.trunc(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const share = (bytes: number): string => String(bytes ? 100 : 0).padStart(3);
const two = (value: number): string => String(value).padStart(2, '0');
