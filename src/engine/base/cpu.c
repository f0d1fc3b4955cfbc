/* cpu.c: what this processor can do, and how much of it this process may use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The flags are found once and ANDed with a mask, so that tests and `--cpu-mask` can run every version of a kernel on
 * one machine.  A flag is only set when the operating system saves the registers that belong to it (XGETBV).
 */
#include "engine.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

#define N_ELEMENTS(a) (sizeof (a) / sizeof ((a)[0]))

static atomic_uint cpu_mask = UINT32_MAX;

#if defined(__x86_64__)

/* XCR0: which register files the operating system keeps across a task switch. */
#define XCR0_AVX    0x06u /* xmm, ymm */
#define XCR0_AVX512 0xe6u /* … and opmask, zmm 0–15, zmm 16–31 */

static unsigned
read_xcr0 (void)
{
  unsigned eax, edx;

  __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
  return eax;
}

static bool
is_amd (void)
{
  unsigned eax, ebx, ecx, edx;

  return __get_cpuid (0, &eax, &ebx, &ecx, &edx) && ebx == signature_AMD_ebx && ecx == signature_AMD_ecx
         && edx == signature_AMD_edx;
}

static unsigned
detect_flags (void)
{
  unsigned eax, ebx, ecx, edx, ecx1, ebx7, ecx7, eax7_1 = 0;
  unsigned flags = 0, xcr0;

  if (!__get_cpuid (1, &eax, &ebx, &ecx1, &edx))
    return 0;
  if (!(ecx1 & bit_SSE4_1) || !(ecx1 & bit_SSSE3))
    return 0;
  flags |= GLM_CPU_SSE;
  if (!(ecx1 & bit_OSXSAVE))
    return flags;
  xcr0 = read_xcr0 ();
  if ((xcr0 & XCR0_AVX) != XCR0_AVX || !__get_cpuid_count (7, 0, &eax, &ebx7, &ecx7, &edx))
    return flags;
  if (eax >= 1)
    __get_cpuid_count (7, 1, &eax7_1, &ebx, &ecx, &edx);

  if (!(ebx7 & bit_AVX2) || !(ecx1 & bit_FMA) || !(ecx1 & bit_F16C))
    return flags;
  flags |= GLM_CPU_AVX2;
  if (eax7_1 & (1u << 4))
    flags |= GLM_CPU_AVXVNNI;

  if ((xcr0 & XCR0_AVX512) != XCR0_AVX512)
    return flags;
  if ((ebx7 & bit_AVX512F) && (ebx7 & bit_AVX512BW) && (ebx7 & bit_AVX512DQ) && (ebx7 & bit_AVX512VL))
    {
      flags |= GLM_CPU_AVX512;
      if (ecx7 & bit_AVX512VNNI)
        flags |= GLM_CPU_VNNI512;
      if (is_amd ())
        flags |= GLM_CPU_AMD512;
    }
  return flags;
}

#elif defined(__aarch64__)

#define ARM_HWCAP_ASIMDDP (1ul << 20)
#define ARM_HWCAP2_I8MM   (1ul << 13)

static unsigned
detect_flags (void)
{
  unsigned flags = GLM_CPU_SSE | GLM_CPU_NEON; /* Advanced SIMD is part of AArch64 */

  if (getauxval (AT_HWCAP) & ARM_HWCAP_ASIMDDP)
    flags |= GLM_CPU_DOTPROD;
  if (getauxval (AT_HWCAP2) & ARM_HWCAP2_I8MM)
    flags |= GLM_CPU_I8MM;
  return flags;
}

#else

static unsigned
detect_flags (void)
{
  return 0;
}

#endif

unsigned
glm_cpu_flags (void)
{
  static _Atomic uint64_t found; /* bit 63: detection has run; running it twice gives the same value */
  uint64_t flags = atomic_load_explicit (&found, memory_order_relaxed);

  if (flags == 0)
    {
      flags = detect_flags () | (UINT64_C (1) << 63);
      atomic_store_explicit (&found, flags, memory_order_relaxed);
    }
  return (unsigned) flags & atomic_load_explicit (&cpu_mask, memory_order_relaxed);
}

void
glm_cpu_set_mask (unsigned mask)
{
  atomic_store_explicit (&cpu_mask, mask, memory_order_relaxed);
}

bool
glm_cpu_mask_parse (const char *name, unsigned *ret_mask)
{
  enum
  {
    SSE = GLM_CPU_SSE | GLM_CPU_NEON,
    AVX2 = SSE | GLM_CPU_AVX2 | GLM_CPU_DOTPROD,
    AVXVNNI = AVX2 | GLM_CPU_AVXVNNI | GLM_CPU_I8MM,
    AVX512 = AVXVNNI | GLM_CPU_AVX512,
    VNNI512 = AVX512 | GLM_CPU_VNNI512,
  };
  static const struct
  {
    const char *name;
    unsigned mask;
    /* clang-format off */
  } masks[] = {
    { "c", 0 },           { "sse", SSE },         { "avx2", AVX2 },       { "avxvnni", AVXVNNI },
    { "avx512", AVX512 }, { "vnni512", VNNI512 }, { "neon", SSE },        { "dotprod", AVX2 },
    { "i8mm", AVXVNNI },  { "all", UINT32_MAX },
  };
  /* clang-format on */

  for (size_t i = 0; i < N_ELEMENTS (masks); i++)
    if (strcasecmp (name, masks[i].name) == 0)
      {
        *ret_mask = masks[i].mask;
        return true;
      }
  return false;
}

/* ---- Cores ------------------------------------------------------------------------------------------------------ */

/* Reads one number from a file; false if there is none ("max", no file). */
static bool
read_number (const char *path, long long *ret_value)
{
  FILE *file = fopen (path, "re");
  bool found;

  if (!file)
    return false;
  found = fscanf (file, "%lld", ret_value) == 1;
  fclose (file);
  return found;
}

/* The number of different physical cores among the processors that this process may run on. */
static int
count_allowed_cores (void)
{
  enum
  {
    MAX_CPUS = 1024
  };
  static const char *const topology[] = { "physical_package_id", "core_id" };
  cpu_set_t allowed;
  long long seen[MAX_CPUS];
  int n_seen = 0;

  if (sched_getaffinity (0, sizeof allowed, &allowed) != 0)
    return 1;
  for (int cpu = 0; cpu < CPU_SETSIZE && n_seen < MAX_CPUS; cpu++)
    {
      long long key = 0, part;
      int i;

      if (!CPU_ISSET (cpu, &allowed))
        continue;
      for (size_t j = 0; j < N_ELEMENTS (topology); j++)
        {
          char path[128];

          snprintf (path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, topology[j]);
          if (!read_number (path, &part))
            part = cpu; /* no topology: each processor counts as a core */
          key = key * 100000 + part;
        }
      for (i = 0; i < n_seen && seen[i] != key; i++)
        ;
      if (i == n_seen)
        seen[n_seen++] = key;
    }
  return n_seen > 0 ? n_seen : 1;
}

/* Whole processors that the quota of one cgroup directory leaves, or `limit` without a quota. */
static int
directory_quota (const char *directory, int limit)
{
  char path[4300];
  long long quota, period;
  FILE *file;
  bool found = false;

  snprintf (path, sizeof path, "%s/cpu.max", directory);
  file = fopen (path, "re");
  if (file)
    {
      found = fscanf (file, "%lld %lld", &quota, &period) == 2;
      fclose (file);
    }
  else
    {
      snprintf (path, sizeof path, "%s/cpu.cfs_quota_us", directory);
      found = read_number (path, &quota);
      snprintf (path, sizeof path, "%s/cpu.cfs_period_us", directory);
      found = found && read_number (path, &period);
    }
  if (!found || quota <= 0 || period <= 0)
    return limit;
  if (quota / period < 1)
    return 1;
  return quota / period < limit ? (int) (quota / period) : limit;
}

/* The tightest quota from this process's cgroup up to the root (cgroup v2, and the cpu controller of v1). */
static int
cgroup_quota (int limit)
{
  FILE *file = fopen ("/proc/self/cgroup", "re");
  char line[4096];

  if (!file)
    return limit;
  while (fgets (line, sizeof line, file) != NULL)
    {
      char directory[4200], *controllers = strchr (line, ':'), *path;
      const char *root;

      if (!controllers || (path = strchr (controllers + 1, ':')) == NULL)
        continue;
      *path++ = '\0';
      path[strcspn (path, "\n")] = '\0';
      if (controllers[1] == '\0')
        root = "/sys/fs/cgroup";
      else if (strcmp (controllers + 1, "cpu") == 0 || strncmp (controllers + 1, "cpu,", 4) == 0)
        root = "/sys/fs/cgroup/cpu";
      else
        continue;

      snprintf (directory, sizeof directory, "%s%s", root, path);
      for (;;)
        {
          char *slash;

          limit = directory_quota (directory, limit);
          slash = strrchr (directory, '/');
          if (strlen (directory) <= strlen (root) || !slash)
            break;
          *slash = '\0';
        }
    }
  fclose (file);
  return limit;
}

int
glm_cpu_count (void)
{
  return cgroup_quota (count_allowed_cores ());
}
