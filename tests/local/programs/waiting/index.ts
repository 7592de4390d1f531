console.log(`waiting in process ${process.pid}.`);
setInterval(() => undefined, 1000);

export {};
