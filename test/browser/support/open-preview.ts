import type { Locator, Page } from 'playwright-core';

/** Comes from the page of a sync that computes a preview to the preview, of which `shown` is a part. */
export async function openPreview(page: Page, shown: Locator): Promise<void> {
  // Whoever waits is led there; whoever comes when it is ready has a link.
  const link = page.getByRole('link', { name: 'Open the preview' });
  await link.or(shown).first().waitFor();
  if (await link.isVisible()) await link.click();
  await shown.waitFor();
}
