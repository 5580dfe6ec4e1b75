export type VerdictWord = 'GO' | 'NO-GO' | 'INCONCLUSIVE';
