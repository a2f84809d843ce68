const STORED_AS = 'sync-organization';

/** The organization whose pages were open last in this browser, so that `/` leads there. */
export const lastOrganization = (): string | null => localStorage.getItem(STORED_AS);
export const rememberOrganization = (orgId: string): void => localStorage.setItem(STORED_AS, orgId);
