/* vulkan.h: the least of Vulkan that a compute program needs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One queue, no descriptors: a shader gets the addresses of its buffers as push constants (buffer device addresses, Vulkan
 * 1.2), so there is no robust access, and every size comes from the bound and checked model.  Functions are called through a
 * table of our own, in which tests put failing ones.
 */
#ifndef GLM_GPU_VULKAN_H
#define GLM_GPU_VULKAN_H

#define VK_NO_PROTOTYPES
#include <pthread.h>
#include <vulkan/vulkan.h>

#include "gpu/gpu.h"

/* clang-format off */
#define GLM_VK_FUNCTIONS(X)                                                                                            \
  X (EnumeratePhysicalDevices) X (GetPhysicalDeviceProperties2) X (GetPhysicalDeviceFeatures2)                         \
  X (GetPhysicalDeviceMemoryProperties2) X (GetPhysicalDeviceQueueFamilyProperties)                                    \
  X (EnumerateDeviceExtensionProperties) X (CreateDevice) X (DestroyDevice) X (GetDeviceQueue) X (DeviceWaitIdle)      \
  X (CreateCommandPool) X (DestroyCommandPool) X (AllocateCommandBuffers) X (BeginCommandBuffer) X (EndCommandBuffer)  \
  X (CmdBindPipeline) X (CmdPushConstants) X (CmdDispatch) X (CmdPipelineBarrier) X (CmdCopyBuffer)                    \
  X (CmdWriteTimestamp) X (CmdResetQueryPool) X (CreateQueryPool) X (DestroyQueryPool) X (GetQueryPoolResults)         \
  X (QueueSubmit) X (CreateFence) X (DestroyFence) X (WaitForFences) X (ResetFences)                                   \
  X (CreateBuffer) X (DestroyBuffer) X (GetBufferMemoryRequirements) X (AllocateMemory) X (FreeMemory)                 \
  X (BindBufferMemory) X (MapMemory) X (UnmapMemory) X (GetBufferDeviceAddress) X (CreateShaderModule) X (DestroyShaderModule)         \
  X (CreatePipelineLayout) X (DestroyPipelineLayout) X (CreatePipelineCache) X (DestroyPipelineCache)                  \
  X (GetPipelineCacheData) X (CreateComputePipelines) X (DestroyPipeline)
/* clang-format on */

typedef struct
{
#define X(name) PFN_vk##name name;
  GLM_VK_FUNCTIONS (X)
#undef X
} GlmVk;

typedef struct
{
  VkBuffer buffer;
  VkDeviceMemory memory;
  uint64_t address; /* what shaders get */
  void *map;        /* NULL: not visible to the host */
  size_t size;
} GlmGpuBuffer;

typedef enum
{
  GLM_GPU_DEVICE,   /* on the card */
  GLM_GPU_UPLOAD,   /* the host writes it */
  GLM_GPU_READBACK, /* the host reads it: cached */
} GlmGpuBufferKind;

typedef struct GlmGpuPipeline GlmGpuPipeline;
typedef struct GlmGpuStage GlmGpuStage;
typedef struct GlmGpuTenant GlmGpuTenant;

/* In seconds; tests have their own. */
typedef struct
{
  double (*now) (void);   /* stands still while the computer sleeps */
  double (*slept) (void); /* so long it has slept */
} GlmGpuClock;

struct GlmGpu
{
  GlmBackend backend;
  GlmGpuInfo info;
  PFN_vkGetInstanceProcAddr get;
  GlmVk vk;
  VkInstance instance; /* the process's */
  VkPhysicalDevice physical;
  VkDevice device;
  VkQueue queue;
  VkPipelineLayout layout;
  VkPipelineCache cache;
  VkPhysicalDeviceMemoryProperties memory;
  uint32_t family, timestamp_bits;
  double timestamp_seconds;
  uint32_t min_subgroup, max_subgroup;
  uint32_t most_lanes; /* of a workgroup */
  bool has_dot, has_matrix, has_subgroup_control, has_full_subgroups;
  uint32_t n_cores;      /* multiprocessors, compute units: a guess where the driver does not say */
  uint32_t shared_bytes; /* of a workgroup */
  uint64_t most_bytes;   /* of one buffer */
  pthread_mutex_t lock;  /* of pipelines and the queue: sessions have threads of their own */
  GlmGpuPipeline *pipelines;
  GlmGpuStage *stage; /* of uploads; NULL: none yet */
  GlmGpuClock clock;
  pthread_mutex_t use_lock; /* of all that lies in its memory, and of uploads: a batch holds it */
  GlmGpuTenant *tenants;
  bool is_empty; /* they have left */
  double slept;  /* when they entered */
  double last_used;
  bool lost; /* nothing is submitted any more */
  bool hung; /* it may still be at work: nothing of it is freed */
  /* See trust.h; "": nothing is remembered. */
  char folder[1024], marker[1200];
  size_t saved_bytes; /* of the pipelines */
  bool is_proved;
};

/* As glm_gpu_open(), without a folder or functions. */
bool glm_gpu_open_device (const char *name, GlmGpu **ret_gpu, GlmError *error);

/* Sets the error to what a call has returned, and returns false.  A device that is lost stays so. */
bool glm_gpu_failed (GlmGpu *gpu, VkResult result, const char *what, GlmError *error);

/* Where what follows n bytes in a buffer begins: the widest loads are aligned there. */
static inline size_t
glm_gpu_align (size_t n)
{
  return (n + 255) / 256 * 256;
}

/* On failure the buffer is empty; clearing an empty one does nothing. */
bool glm_gpu_buffer_new (GlmGpu *gpu, size_t size, GlmGpuBufferKind kind, GlmGpuBuffer *ret_buffer, GlmError *error);
void glm_gpu_buffer_clear (GlmGpu *gpu, GlmGpuBuffer *buffer);

/* Command buffers of this pool belong to one thread at a time. */
bool glm_gpu_pool_new (GlmGpu *gpu, VkCommandPool *ret_pool, GlmError *error);
bool glm_gpu_commands_begin (GlmGpu *gpu, VkCommandPool pool, VkCommandBuffer *commands, GlmError *error);
bool glm_gpu_commands_end (GlmGpu *gpu, VkCommandBuffer commands, GlmError *error);

/* Shaders after it see what shaders before it wrote. */
void glm_gpu_barrier (GlmGpu *gpu, VkCommandBuffer commands);
/* The same with copies and the host; dearer. */
void glm_gpu_barrier_all (GlmGpu *gpu, VkCommandBuffer commands);

bool glm_gpu_fence_new (GlmGpu *gpu, VkFence *ret_fence, GlmError *error);
/* Waiting sleeps.  After ten seconds a device counts as lost. */
bool glm_gpu_submit (GlmGpu *gpu, const VkCommandBuffer *commands, uint32_t n, VkFence fence, GlmError *error);
bool glm_gpu_wait (GlmGpu *gpu, VkFence fence, GlmError *error);
/* Waits for all that was submitted, by whichever session; none submits meanwhile. */
void glm_gpu_settle (GlmGpu *gpu);

/* One piece of an upload: `fill` writes the bytes of a piece into memory that the host sees; then they are copied to the
 * places.  Two pieces are under way in turn, and what is submitted later sees them. */
#define GLM_GPU_PIECE ((size_t) 8 << 20)
typedef void (*GlmGpuFillFunc) (void *memory, void *data);
bool glm_gpu_upload (GlmGpu *gpu, VkBuffer to, const VkBufferCopy *places, uint32_t n_places, GlmGpuFillFunc fill, void *data,
                     GlmError *error);
/* Plain bytes. */
bool glm_gpu_upload_bytes (GlmGpu *gpu, const GlmGpuBuffer *to, size_t offset, const void *data, size_t n, GlmError *error);
/* Waits for all uploads, and gives their memory back. */
bool glm_gpu_upload_end (GlmGpu *gpu, GlmError *error);

#endif
