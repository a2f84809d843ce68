/** The one tax rate of the shop, in whole percent. */
export const TAX_RATE = { id: 1, code: 'DE-MWST-1', label: 'MwSt.', percent: 19 } as const;
