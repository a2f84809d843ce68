/** A reload that has just happened did not help: the files are missing for another reason, and the page says so. */
const AGAIN_AFTER_MS = 60_000;
const KEY = 'reloaded-at';

const missing = new WeakSet<object>();

/** Whether a file of the page did not come; its message would be about file names. */
export const isMissingFile = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && missing.has(error);

/**
 * After an upgrade of the service the files of the pages that were not opened yet have other names. The frame that is open is then of the
 * old version, and is loaded again with the page that the user wants, once.
 */
export function reloadAfterUpgrade(): void {
  window.addEventListener('vite:preloadError', (event) => {
    missing.add(event.payload);
    const reloadedAt = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - reloadedAt < AGAIN_AFTER_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    event.preventDefault();
    window.location.reload();
  });
}
