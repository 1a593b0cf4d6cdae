/* SPDX-License-Identifier: Apache-2.0 */
/* Reading LevelDB's tables without mapping them; see disk_env.h. */
#include "state/disk_env.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <leveldb/env.h>
#include <string>
#include <unistd.h>

/* As LevelDB's C has it, in all releases; a test sees that it is. */
struct leveldb_env_t {
	leveldb::Env *rep;
	bool is_default;
};

namespace
{

leveldb::Status
failed(const std::string &name)
{
	const char *reason = strerror(errno);

	return errno == ENOENT ? leveldb::Status::NotFound(name, reason)
			       : leveldb::Status::IOError(name, reason);
}

class File : public leveldb::RandomAccessFile
{
      public:
	File(const std::string &name, int fd) : name_(name), fd_(fd)
	{
	}

	~File() override
	{
		close(fd_);
	}

	leveldb::Status
	Read(uint64_t offset, size_t n, leveldb::Slice *result, char *scratch) const override
	{
		size_t done = 0;

		*result = leveldb::Slice(scratch, 0);
		while (done < n) {
			ssize_t got = pread(
				fd_, scratch + done, n - done, static_cast<off_t>(offset + done));

			if (got < 0 && errno == EINTR)
				continue;
			if (got < 0)
				return failed(name_);
			if (got == 0)
				break;
			done += static_cast<size_t>(got);
		}
		*result = leveldb::Slice(scratch, done);
		return leveldb::Status::OK();
	}

      private:
	const std::string name_;
	const int fd_;
};

class DiskEnv : public leveldb::EnvWrapper
{
      public:
	DiskEnv() : EnvWrapper(leveldb::Env::Default())
	{
	}

	leveldb::Status
	NewRandomAccessFile(const std::string &name, leveldb::RandomAccessFile **file) override
	{
		int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC);

		*file = nullptr;
		if (fd < 0)
			return failed(name);
		*file = new File(name, fd);
		return leveldb::Status::OK();
	}
};

} // namespace

leveldb_env_t *
wr_disk_env_new(void)
{
	return new leveldb_env_t{new DiskEnv, false};
}
