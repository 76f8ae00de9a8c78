export type { ControllerContext } from './context.js';
export { EventRecorder, type EventText } from './event-recorder.js';
export type { ContainerFailure, ContainerSpec, PodAddresses, PodRuntime, Probe, StartedContainer } from './kubelet/pod-runtime.js';
export type { AddressRange } from './load-balancer/address-pool.js';
export { registerLoadBalancerController, type LoadBalancerNetwork } from './load-balancer/load-balancer-controller.js';
export { registerControllers } from './register-controllers.js';
