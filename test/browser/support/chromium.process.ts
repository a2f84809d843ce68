import chromium from '@sparticuz/chromium';

/** Extracts Chromium into the temporary folder: see chromium.files.ts. */
await chromium.executablePath();
