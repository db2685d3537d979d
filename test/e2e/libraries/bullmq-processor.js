/** A sandboxed processor of BullMQ: it runs in a process or thread of its own. */
module.exports = async (job) => {
  await job.updateProgress(50);
  return { doubled: job.data.n * 2 };
};
