import type { Service } from './truth.ts';

/** Service times in milliseconds, one after another; the same chance gives the same times. */
export function serviceTimes(service: Service, random: () => number): () => number {
  switch (service.kind) {
    case 'constant':
      return () => service.ms;
    case 'exponential':
      return () => -Math.log(1 - random()) * service.ms;
    case 'bimodal':
      return () => (random() < service.slowShare ? service.slowMs : service.ms);
  }
}
