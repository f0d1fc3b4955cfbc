/* vulkan.c: see vulkan.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu/vulkan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Longer than any submission may take (see slots.h); processors that pose as a device are no measure. */
#define WAIT_SECONDS           10
#define WAIT_SECONDS_PROCESSOR 300

bool
glm_gpu_failed (GlmGpu *gpu, VkResult result, const char *what, GlmError *error)
{
  if (result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "%s: no memory for %s", gpu->info.name, what);
  if (result == VK_TIMEOUT)
    {
      gpu->lost = gpu->hung = true;
      return glm_error_set (error, GLM_ERROR_DEVICE_LOST, "%s does not answer", gpu->info.name);
    }
  if (result == VK_ERROR_DEVICE_LOST)
    gpu->lost = true;
  return glm_error_set (error, GLM_ERROR_DEVICE_LOST, "%s: %s failed with %d", gpu->info.name, what, (int) result);
}

/* ---- Buffers ---------------------------------------------------------------------------------------------------- */

/* What must be asked for where a device is opened, or holds nothing that a buffer could be. */
#define NEVER_FLAGS                                                                                                        \
  (VK_MEMORY_PROPERTY_PROTECTED_BIT | VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT | VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD \
   | VK_MEMORY_PROPERTY_DEVICE_UNCACHED_BIT_AMD)

/* The type with all the wanted flags and none of the others in the largest heap; of several, the one with the fewest more. */
static bool
find_type (const GlmGpu *gpu, uint32_t allowed, VkMemoryPropertyFlags wanted, VkMemoryPropertyFlags unwanted,
           uint32_t *ret_type)
{
  VkDeviceSize best = 0;
  int fewest = 64;

  for (uint32_t i = 0; i < gpu->memory.memoryTypeCount; i++)
    {
      const VkMemoryType *type = &gpu->memory.memoryTypes[i];
      VkDeviceSize size = gpu->memory.memoryHeaps[type->heapIndex].size;
      int others = __builtin_popcount (type->propertyFlags & ~wanted);

      if (!(allowed >> i & 1) || (type->propertyFlags & wanted) != wanted || (type->propertyFlags & (unwanted | NEVER_FLAGS))
          || size < best || (size == best && others >= fewest))
        continue;
      best = size;
      fewest = others;
      *ret_type = i;
    }
  return best > 0;
}

/* What the host sees is coherent, which every device has, so that nothing is to be flushed; where a card has memory of its own, that is
 * kept for the weights, though the host may see it. */
static bool
choose_type (const GlmGpu *gpu, uint32_t allowed, GlmGpuBufferKind kind, uint32_t *ret_type)
{
  const VkMemoryPropertyFlags host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  const VkMemoryPropertyFlags cached = host | VK_MEMORY_PROPERTY_HOST_CACHED_BIT, own = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;

  switch (kind)
    {
    case GLM_GPU_DEVICE: return find_type (gpu, allowed, own, 0, ret_type);
    case GLM_GPU_UPLOAD: return find_type (gpu, allowed, host, own, ret_type) || find_type (gpu, allowed, host, 0, ret_type);
    case GLM_GPU_READBACK:
      return find_type (gpu, allowed, cached, own, ret_type) || find_type (gpu, allowed, cached, 0, ret_type)
             || find_type (gpu, allowed, host, own, ret_type) || find_type (gpu, allowed, host, 0, ret_type);
    }
  return false;
}

static VkResult
allocate (GlmGpu *gpu, GlmGpuBufferKind kind, GlmGpuBuffer *buffer)
{
  VkMemoryAllocateFlagsInfo flags = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                      .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT };
  VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = &flags };
  VkMemoryRequirements need;
  VkResult result;

  gpu->vk.GetBufferMemoryRequirements (gpu->device, buffer->buffer, &need);
  info.allocationSize = need.size;
  if (!choose_type (gpu, need.memoryTypeBits, kind, &info.memoryTypeIndex))
    return VK_ERROR_OUT_OF_DEVICE_MEMORY;
  result = gpu->vk.AllocateMemory (gpu->device, &info, NULL, &buffer->memory);
  if (result == VK_SUCCESS)
    result = gpu->vk.BindBufferMemory (gpu->device, buffer->buffer, buffer->memory, 0);
  if (result == VK_SUCCESS && kind != GLM_GPU_DEVICE)
    result = gpu->vk.MapMemory (gpu->device, buffer->memory, 0, VK_WHOLE_SIZE, 0, &buffer->map);
  return result;
}

bool
glm_gpu_buffer_new (GlmGpu *gpu, size_t size, GlmGpuBufferKind kind, GlmGpuBuffer *ret_buffer, GlmError *error)
{
  GlmGpuBuffer buffer = { .size = size };
  VkBufferCreateInfo info = { .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                              .size = size,
                              .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT
                                       | VK_BUFFER_USAGE_TRANSFER_DST_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT };
  VkBufferDeviceAddressInfo address = { .sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO };
  VkResult result;

  *ret_buffer = (GlmGpuBuffer){ 0 };
  if (gpu->lost)
    return glm_gpu_failed (gpu, VK_ERROR_DEVICE_LOST, "a buffer", error);
  /* A cache for a long context can be longer than drivers take. */
  result =
      size <= gpu->most_bytes ? gpu->vk.CreateBuffer (gpu->device, &info, NULL, &buffer.buffer) : VK_ERROR_OUT_OF_DEVICE_MEMORY;
  if (result == VK_SUCCESS)
    result = allocate (gpu, kind, &buffer);
  if (result != VK_SUCCESS)
    {
      char what[64];

      snprintf (what, sizeof what, "a buffer of %zu MiB", size >> 20);
      glm_gpu_buffer_clear (gpu, &buffer);
      return glm_gpu_failed (gpu, result, what, error);
    }
  address.buffer = buffer.buffer;
  buffer.address = gpu->vk.GetBufferDeviceAddress (gpu->device, &address);
  *ret_buffer = buffer;
  return true;
}

void
glm_gpu_buffer_clear (GlmGpu *gpu, GlmGpuBuffer *buffer)
{
  if (!gpu->hung)
    {
      gpu->vk.DestroyBuffer (gpu->device, buffer->buffer, NULL);
      gpu->vk.FreeMemory (gpu->device, buffer->memory, NULL);
    }
  *buffer = (GlmGpuBuffer){ 0 };
}

/* ---- Commands --------------------------------------------------------------------------------------------------- */

bool
glm_gpu_pool_new (GlmGpu *gpu, VkCommandPool *ret_pool, GlmError *error)
{
  VkCommandPoolCreateInfo info = { .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
                                   .queueFamilyIndex = gpu->family };
  VkResult result = gpu->vk.CreateCommandPool (gpu->device, &info, NULL, ret_pool);

  return result == VK_SUCCESS || glm_gpu_failed (gpu, result, "a command pool", error);
}

bool
glm_gpu_commands_begin (GlmGpu *gpu, VkCommandPool pool, VkCommandBuffer *commands, GlmError *error)
{
  VkCommandBufferAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                       .commandPool = pool,
                                       .commandBufferCount = 1 };
  VkCommandBufferBeginInfo begin = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO };
  VkResult result = VK_SUCCESS;

  if (!*commands)
    result = gpu->vk.AllocateCommandBuffers (gpu->device, &info, commands);
  if (result == VK_SUCCESS)
    result = gpu->vk.BeginCommandBuffer (*commands, &begin);
  return result == VK_SUCCESS || glm_gpu_failed (gpu, result, "recording", error);
}

bool
glm_gpu_commands_end (GlmGpu *gpu, VkCommandBuffer commands, GlmError *error)
{
  VkResult result = gpu->vk.EndCommandBuffer (commands);

  return result == VK_SUCCESS || glm_gpu_failed (gpu, result, "recording", error);
}

void
glm_gpu_barrier (GlmGpu *gpu, VkCommandBuffer commands)
{
  VkMemoryBarrier shaders = { .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                              .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
                              .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT };

  gpu->vk.CmdPipelineBarrier (commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1,
                              &shaders, 0, NULL, 0, NULL);
}

void
glm_gpu_barrier_all (GlmGpu *gpu, VkCommandBuffer commands)
{
  const VkPipelineStageFlags work = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
  VkMemoryBarrier all = { .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                          .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
                          .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_READ_BIT
                                           | VK_ACCESS_TRANSFER_WRITE_BIT | VK_ACCESS_HOST_READ_BIT };

  gpu->vk.CmdPipelineBarrier (commands, work, work | VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &all, 0, NULL, 0, NULL);
}

bool
glm_gpu_submit (GlmGpu *gpu, const VkCommandBuffer *commands, uint32_t n, VkFence fence, GlmError *error)
{
  VkSubmitInfo info = { .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = n, .pCommandBuffers = commands };
  VkResult result = VK_ERROR_DEVICE_LOST;

  pthread_mutex_lock (&gpu->lock);
  if (!gpu->lost)
    result = gpu->vk.QueueSubmit (gpu->queue, 1, &info, fence);
  pthread_mutex_unlock (&gpu->lock);
  return result == VK_SUCCESS || glm_gpu_failed (gpu, result, "submitting", error);
}

void
glm_gpu_settle (GlmGpu *gpu)
{
  if (gpu->hung)
    return;
  pthread_mutex_lock (&gpu->lock);
  gpu->vk.DeviceWaitIdle (gpu->device);
  pthread_mutex_unlock (&gpu->lock);
}

bool
glm_gpu_fence_new (GlmGpu *gpu, VkFence *ret_fence, GlmError *error)
{
  VkFenceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO };
  VkResult result = gpu->vk.CreateFence (gpu->device, &info, NULL, ret_fence);

  return result == VK_SUCCESS || glm_gpu_failed (gpu, result, "a fence", error);
}

bool
glm_gpu_wait (GlmGpu *gpu, VkFence fence, GlmError *error)
{
  uint64_t seconds = gpu->info.kind == GLM_GPU_PROCESSOR ? WAIT_SECONDS_PROCESSOR : WAIT_SECONDS;
  VkResult result = gpu->vk.WaitForFences (gpu->device, 1, &fence, VK_TRUE, seconds * 1000000000u);

  if (result == VK_SUCCESS)
    result = gpu->vk.ResetFences (gpu->device, 1, &fence);
  return result == VK_SUCCESS || glm_gpu_failed (gpu, result, "waiting", error);
}

/* ---- Uploads ---------------------------------------------------------------------------------------------------- */

struct GlmGpuStage
{
  VkCommandPool pool;
  int next;
  struct
  {
    GlmGpuBuffer buffer;
    VkCommandBuffer commands;
    VkFence fence;
    bool is_busy;
  } pieces[2];
};

static void
stage_free (GlmGpu *gpu)
{
  GlmGpuStage *stage = gpu->stage;

  gpu->stage = NULL;
  if (!stage)
    return;
  /* After an error a copy may be under way. */
  glm_gpu_settle (gpu);
  for (int i = 0; i < 2; i++)
    {
      glm_gpu_buffer_clear (gpu, &stage->pieces[i].buffer);
      if (!gpu->hung)
        gpu->vk.DestroyFence (gpu->device, stage->pieces[i].fence, NULL);
    }
  if (!gpu->hung)
    gpu->vk.DestroyCommandPool (gpu->device, stage->pool, NULL);
  free (stage);
}

static bool
stage_new (GlmGpu *gpu, GlmError *error)
{
  GlmGpuStage *stage = gpu->stage = calloc (1, sizeof *gpu->stage);
  bool ok = stage ? glm_gpu_pool_new (gpu, &stage->pool, error)
                  : glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for an upload");

  for (int i = 0; i < 2 && ok; i++)
    ok = glm_gpu_fence_new (gpu, &stage->pieces[i].fence, error)
         && glm_gpu_buffer_new (gpu, GLM_GPU_PIECE, GLM_GPU_UPLOAD, &stage->pieces[i].buffer, error);
  if (!ok)
    stage_free (gpu);
  return ok;
}

bool
glm_gpu_upload (GlmGpu *gpu, VkBuffer to, const VkBufferCopy *places, uint32_t n_places, GlmGpuFillFunc fill, void *data,
                GlmError *error)
{
  GlmGpuStage *stage;
  int i;

  if (!gpu->stage && !stage_new (gpu, error))
    return false;
  stage = gpu->stage;
  i = stage->next;
  stage->next ^= 1;
  if (stage->pieces[i].is_busy && !glm_gpu_wait (gpu, stage->pieces[i].fence, error))
    return false;
  stage->pieces[i].is_busy = false;
  fill (stage->pieces[i].buffer.map, data);
  if (!glm_gpu_commands_begin (gpu, stage->pool, &stage->pieces[i].commands, error))
    return false;
  gpu->vk.CmdCopyBuffer (stage->pieces[i].commands, stage->pieces[i].buffer.buffer, to, n_places, places);
  glm_gpu_barrier_all (gpu, stage->pieces[i].commands);
  if (!glm_gpu_commands_end (gpu, stage->pieces[i].commands, error)
      || !glm_gpu_submit (gpu, &stage->pieces[i].commands, 1, stage->pieces[i].fence, error))
    return false;
  stage->pieces[i].is_busy = true;
  return true;
}

typedef struct
{
  const unsigned char *data;
  size_t n;
} Bytes;

static void
fill_bytes (void *memory, void *data)
{
  const Bytes *bytes = data;

  memcpy (memory, bytes->data, bytes->n);
}

bool
glm_gpu_upload_bytes (GlmGpu *gpu, const GlmGpuBuffer *to, size_t offset, const void *data, size_t n, GlmError *error)
{
  for (size_t done = 0; done < n;)
    {
      Bytes bytes = { (const unsigned char *) data + done, n - done < GLM_GPU_PIECE ? n - done : GLM_GPU_PIECE };
      VkBufferCopy place = { 0, offset + done, bytes.n };

      if (!glm_gpu_upload (gpu, to->buffer, &place, 1, fill_bytes, &bytes, error))
        return false;
      done += bytes.n;
    }
  return true;
}

bool
glm_gpu_upload_end (GlmGpu *gpu, GlmError *error)
{
  bool ok = true;

  for (int i = 0; gpu->stage && i < 2; i++)
    if (gpu->stage->pieces[i].is_busy && !glm_gpu_wait (gpu, gpu->stage->pieces[i].fence, error))
      ok = false;
  stage_free (gpu);
  return ok;
}
