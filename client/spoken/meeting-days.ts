/**
 * Days within which a meeting is planned for that a reporter asked for, where the act of the country
 * says "within a reasonable time", or nothing. Pages know the acts that name fewer days.
 */
export const MEETING_DAYS = 14;
