import type { Service } from './truth.ts';

/** Service times in milliseconds, one after another; the same chance gives the same times. */
export function serviceTimes(service: Service, chance: () => number): () => number {
  switch (service.kind) {
    case 'constant':
      return () => service.ms;
    case 'exponential':
      return () => -Math.log(1 - chance()) * service.ms;
    case 'bimodal':
      return () => (chance() < service.slowShare ? service.slowMs : service.ms);
  }
}
