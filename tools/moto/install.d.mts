/** The folder to put on PYTHONPATH; `python3 -m moto.server` then starts the server. */
export function installMoto(): Promise<string>;
