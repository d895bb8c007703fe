/** How old open cases are: the days after which each group ends; the last has no end. */
export const AGES = [
  { name: 'week', days: 7 },
  { name: 'quarter', days: 92 },
  { name: 'half', days: 183 },
  { name: 'year', days: 365 },
  { name: 'older', days: Infinity },
] as const;
