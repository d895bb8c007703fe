/** Days since a directory was last confirmed after which reporters' clients warn, and refuse. */
export const STALE_AFTER_DAYS = 30;
export const EXPIRED_AFTER_DAYS = 90;

/**
 * Days from the one on which the server took a directory that shortens a channel's retention until
 * the shorter term is in force: whoever reads the channel's cases sees what will go so long before.
 */
export const SHORTER_TERM_DAYS = 90;
