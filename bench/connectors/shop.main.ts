import { startWooCommerceSandbox } from '@sync-operations/sandbox';

/** A shop in a process of its own, so that neither side of the comparison pays for it. It sends its address to its parent. */
const shop = await startWooCommerceSandbox({ customers: Number(process.argv[2]), badRate: 0, behindProxy: true });
const { url, consumerKey, consumerSecret } = shop;
process.send?.({ url, consumerKey, consumerSecret });
process.on('disconnect', () => void shop.stop());
